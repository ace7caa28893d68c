package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"math"
	"os"
	"strconv"
	"time"

	"github.com/ha/doozer/journal"
)

// source is where a verb reads: a journal's folder, and the moment of its tree.
type source struct {
	dir string
	rev int64     // 0: not given
	at  time.Time // zero: not given
}

func (s *source) dirFlag(fs *flag.FlagSet) {
	fs.StringVar(&s.dir, "d", "", "the journal is in folder `DIR`")
}

func (s *source) momentFlags(fs *flag.FlagSet) {
	fs.Func("rev", "as of revision `N`; without it, of the latest", func(v string) (err error) {
		s.rev, err = parseRev(v)
		return err
	})
	fs.Func("time", "as of time `T`: 2026-10-01T12:00:00Z, or \"2026-10-01 12:00:00\" (local),\nor 2h for two hours ago", func(v string) (err error) {
		s.at, err = parseTime(v, time.Now())
		return err
	})
}

func parseRev(v string) (int64, error) {
	rev, err := strconv.ParseInt(v, 10, 64)
	if err != nil || rev < 1 {
		return 0, fmt.Errorf("no revision")
	}
	return rev, nil
}

// archive opens the journal.
func (s *source) archive() (*journal.Archive, error) {
	switch {
	case s.dir == "":
		return nil, usageError("which journal? (-d DIR)")
	case s.rev != 0 && !s.at.IsZero():
		return nil, usageError("-rev and -time do not go together")
	}
	info, err := os.Stat(s.dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("%w: %w", errNoFolder, err)
	case err != nil:
		return nil, err
	case !info.IsDir():
		return nil, usageError(s.dir + " is no folder")
	}
	return journal.Read(s.dir)
}

// errNoFolder is that of a journal that is not there.
var errNoFolder = errors.New("no such journal")

// tree is the tree of the moment.
func (s *source) tree(ctx context.Context, e *env, a *journal.Archive) (*journal.Tree, error) {
	rev, err := s.revision(ctx, e, a)
	if err != nil {
		return nil, err
	}
	return e.treeAt(ctx, a, rev)
}

func (e *env) treeAt(ctx context.Context, a *journal.Archive, rev int64) (*journal.Tree, error) {
	bar := e.progress("reading", a.BytesTo(rev))
	defer bar.done()
	return a.At(rev, bar.reading(ctx))
}

func (s *source) revision(ctx context.Context, e *env, a *journal.Archive) (int64, error) {
	switch {
	case s.rev != 0:
		return s.rev, nil
	case s.at.IsZero():
		return a.Latest()
	}
	bar := e.progress("looking for the time", a.Bytes())
	defer bar.done()
	rev, err := a.RevAt(s.at, bar.reading(ctx))
	if err == nil {
		err = e.tellRev(a, rev, s.at)
	}
	return rev, err
}

// tellRev says which revision is taken for a time, where that may not be what was meant.
func (e *env) tellRev(a *journal.Archive, rev int64, at time.Time) error {
	latest, err := a.Latest()
	if err != nil {
		return err
	}
	if rev == latest {
		e.warn("%s is after all that there is: revision %d is taken, the latest", showTime(at), rev)
	}
	e.warnOfGap(a, rev)
	return nil
}

// warnOfGap says that the tree of a time may have been another one: what changed it is missing.
func (e *env) warnOfGap(a *journal.Archive, rev int64) {
	for _, err := range a.Records(rev+1, math.MaxInt64) {
		if g, ok := err.(*journal.Gap); ok && g.After == rev {
			e.warn("revision %d is taken, the last one before: %v", rev, g)
		}
		if _, damaged := err.(*journal.Damage); !damaged {
			return
		}
	}
}
