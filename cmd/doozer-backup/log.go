package main

import (
	"context"
	"flag"
	"fmt"
	"math"

	"github.com/ha/doozer/journal"
	"github.com/ha/doozer/store"
)

func logVerb() verb {
	return verb{
		name: "log", args: "[glob]",
		brief: "print the changes, one after the other",
		help: `Prints each change of a file that matches the glob, or of any: its revision,
when it was heard of, "set" or "del", the path and the length of the new value.
With -values that follows, and a line feed. What is missing or damaged is told
on standard error in its place, and the exit status is 65 then; but not if it
was known to be missing, nor for an end that may be about to be written.

    $ doozer-backup log -d /var/lib/doozer -from 49000 '/config/**'
    49102 2026-10-01T12:00:00Z set /config/db/host 8
    49105 2026-10-01T12:00:03Z del /config/db/port 0
`,
		setup: func(fs *flag.FlagSet) action {
			l := logger{to: math.MaxInt64}
			l.dirFlag(fs)
			l.flags(fs)
			fs.Func("from", "begin with revision `N`; without it, with the first", revInto(&l.from))
			fs.Func("to", "end with revision `N`; without it, with the last", revInto(&l.to))
			return l.log
		},
	}
}

// revInto parses a revision for a flag.
func revInto(rev *int64) func(string) error {
	return func(v string) (err error) {
		*rev, err = parseRev(v)
		return err
	}
}

type logger struct {
	source
	format
	from, to int64 // from 0: the first one
	glob     store.Glob
}

func (l *logger) log(ctx context.Context, e *env, args []string) (err error) {
	if l.from > l.to {
		return usageError(fmt.Sprintf("-from %d is beyond -to %d", l.from, l.to))
	}
	if l.glob, err = onlyGlob(args); err != nil {
		return err
	}
	a, err := l.archive()
	if err != nil {
		return err
	}
	if l.from == 0 {
		l.from = a.First() + 1
	}
	return l.records(ctx, e, a)
}

func (l *logger) records(ctx context.Context, e *env, a *journal.Archive) (damaged error) {
	for r, err := range a.Records(l.from, l.to) {
		switch {
		case ctx.Err() != nil:
			return errInterrupted
		case r != nil:
			if err := l.record(e, r); err != nil {
				return err
			}
		case !isDamage(err) && !isGap(err):
			return err
		default:
			e.warn("%v", err)
			if !journal.Harmless(err) {
				damaged = errDamaged
			}
		}
	}
	return damaged
}

// logged is a change as an object.
type logged struct {
	Rev  int64  `json:"rev"`
	Time string `json:"time"`
	Op   string `json:"op"`
	Path string `json:"path"`
	Len  int    `json:"len"`
	body
}

func (l *logger) record(e *env, r *journal.Record) (err error) {
	at := showTime(heard(r.Time))
	for _, c := range r.Changes {
		if !l.glob.Match(c.Path) {
			continue
		}
		op := "set"
		if c.Del {
			op = "del"
		}
		if l.json {
			err = lines(e.out).Encode(logged{r.Rev, at, op, c.Path, len(c.Value), l.bodyIf(c.Value)})
		} else {
			_, err = fmt.Fprintf(e.out, "%d %s %s %s %d\n", r.Rev, at, op, c.Path, len(c.Value))
			l.printBody(e, c.Value)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
