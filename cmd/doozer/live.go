package main

import (
	"context"
	"errors"

	"github.com/ha/doozer/client"
)

// live is the files that match a glob, as they are at one revision after the other.
type live struct {
	c     *client.Client
	glob  string // empty: all outside of /ctl
	files map[string]client.File
	watch *client.Watch
}

func (l *live) pattern() string {
	if l.glob == "" {
		return "/**"
	}
	return l.glob
}

// wants reports whether a file is one of those that match.
func (l *live) wants(path string) bool { return l.glob != "" || !isCtl(path) }

// load reads all files, and begins to follow them.
func (l *live) load(ctx context.Context) error {
	rev, err := l.c.Rev(ctx)
	if err != nil {
		return err
	}
	l.files = map[string]client.File{}
	if rev > 0 {
		for f, err := range l.c.Walk(ctx, l.pattern(), client.At(rev)) {
			if err != nil {
				return err
			}
			if l.wants(f.Path) {
				l.files[f.Path] = f
			}
		}
	}
	l.close()
	l.watch, err = l.c.Watch(ctx, l.pattern(), rev+1)
	return err
}

// next waits until the files have changed, and has them as they are then.
func (l *live) next(ctx context.Context) error {
	for changed, more := false, false; !changed || more || l.watch.Pending(); {
		ev, err := l.watch.Next()
		if errors.Is(err, client.ErrTooLate) {
			return l.load(ctx) // the way out is to look at what there is
		}
		if err != nil {
			return err
		}
		more = ev.More
		if !l.wants(ev.Path) {
			continue
		}
		changed = true
		if ev.Del {
			delete(l.files, ev.Path)
		} else {
			l.files[ev.Path] = client.File{Path: ev.Path, Value: ev.Value, Rev: ev.Rev}
		}
	}
	return nil
}

func (l *live) close() {
	if l.watch != nil {
		l.watch.Close()
	}
}
