package main

import (
	"context"
	"flag"
	"fmt"
	"os"
)

func verifyVerb() verb {
	return verb{
		name: "verify", args: "[SNAP...]",
		brief: "check a journal or snapshots",
		help: `Reads all of the snapshots, or of the journal in DIR, and prints what is damaged
or missing. In a journal it also makes each snapshot from the one before it and
the changes since, and compares. A line that begins with "note" is harmless: it
was known that something is missing, or another file has it, or the end may be
about to be written. The exit status is 65 if there is any other.

    $ doozer-backup verify -d /var/lib/doozer
    note: changes after revision 812, up to 17200, are missing
    2 segments, 2 snapshots, 73400320 bytes: 0 damaged or missing, 1 note
`,
		setup: func(fs *flag.FlagSet) action {
			var s source
			s.dirFlag(fs)
			return func(ctx context.Context, e *env, args []string) error {
				if s.dir == "" {
					return verifySnapshots(ctx, e, args)
				}
				if err := noArgs(args); err != nil {
					return err
				}
				return s.verify(ctx, e)
			}
		},
	}
}

// tally counts findings.
type tally struct{ harms, notes int }

func (t *tally) tell(e *env, err error, harmless bool) {
	word := "damage"
	if harmless {
		word = "note"
		t.notes++
	} else {
		t.harms++
	}
	e.bar.clear()
	fmt.Fprintf(e.out, "%s: %v\n", word, err)
	e.out.Flush() // its first error stays
}

// end sums up.
func (t *tally) end(e *env, what string) error {
	if _, err := fmt.Fprintf(e.out, "%s: %d damaged or missing, %s\n", what, t.harms, plural(t.notes, "note")); err != nil {
		return err
	}
	if t.harms > 0 {
		return errDamaged
	}
	return nil
}

func plural(n int, word string) string {
	if n == 1 {
		return "1 " + word
	}
	return fmt.Sprintf("%d %ss", n, word)
}

func (s *source) verify(ctx context.Context, e *env) error {
	a, err := s.archive()
	if err != nil {
		return err
	}
	bar := e.progress("verifying", a.Bytes())
	defer bar.done()
	var t tally
	for f, err := range a.Verify(bar.reading(ctx)) {
		if err != nil {
			return err
		}
		t.tell(e, f.Err, f.Harmless)
	}
	bar.done()
	return t.end(e, fmt.Sprintf("%s, %s, %d bytes", plural(len(a.Segments), "segment"), plural(len(a.Snapshots), "snapshot"), a.Bytes()))
}

func verifySnapshots(ctx context.Context, e *env, paths []string) error {
	if len(paths) == 0 {
		return usageError("which journal (-d DIR), or which snapshots?")
	}
	var size int64
	for _, path := range paths {
		info, err := os.Stat(path)
		if err != nil {
			return err
		}
		size += info.Size()
	}
	bar := e.progress("verifying", size)
	defer bar.done()
	var t tally
	n := 0
	for _, path := range paths {
		for _, err := range readSnapshot(path, bar.reading(ctx)) {
			switch {
			case err == nil:
				n++
			case isDamage(err), isForeign(err):
				t.tell(e, err, false)
			default:
				return err
			}
		}
	}
	bar.done()
	return t.end(e, fmt.Sprintf("%s, %s, %d bytes", plural(len(paths), "snapshot"), plural(n, "file"), size))
}
