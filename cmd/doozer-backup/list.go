package main

import (
	"cmp"
	"context"
	"flag"
	"fmt"
	"text/tabwriter"
)

func listVerb() verb {
	return verb{
		name:  "list",
		brief: "print the snapshots and segments of a journal",
		help: `Prints a line for each file: a snapshot with its revision, or a segment with the
revisions between which it has every change; then when the last of these was
heard of (- if that is not known), how many bytes the file has, and its name. A
line that begins with "gap" says between which revisions changes are missing,
where that is stated. What is damaged "verify" finds.

    $ doozer-backup list -d /var/lib/doozer
    snapshot  20      2026-10-01T12:00:00Z  512  0000000000000020.snap
    segment   20..80  2026-10-01T18:30:00Z  921  00000001-0000000000000020.seg
    gap       80..95  -                     -    -
`,
		setup: func(fs *flag.FlagSet) action {
			var s source
			var o format
			s.dirFlag(fs)
			o.jsonFlag(fs)
			return func(ctx context.Context, e *env, args []string) error {
				if err := noArgs(args); err != nil {
					return err
				}
				a, err := s.archive()
				if err != nil {
					return err
				}
				entries, err := list(a)
				if err != nil {
					return err
				}
				return o.list(e, entries)
			}
		},
	}
}

func (o *format) list(e *env, entries []entry) error {
	if o.json {
		enc := lines(e.out)
		for _, n := range entries {
			if err := enc.Encode(n); err != nil {
				return err
			}
		}
		return nil
	}
	return printTable(e, entries)
}

func printTable(e *env, entries []entry) error {
	w := tabwriter.NewWriter(e.out, 0, 0, 2, ' ', 0)
	for _, n := range entries {
		revs := fmt.Sprint(n.Rev)
		if n.After != nil {
			revs = fmt.Sprintf("%d..%d", *n.After, n.Rev)
		}
		size := "-"
		if n.File != "" {
			size = fmt.Sprint(n.Bytes)
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", n.Kind, revs, cmp.Or(n.Time, "-"), size, cmp.Or(n.File, "-"))
	}
	return w.Flush()
}
