package main

import (
	"context"
	"errors"

	"github.com/ha/doozer/client"
)

// live is the files that match a glob, as they are at one revision after the other.
type live struct {
	c      *client.Client
	glob   string // empty: all outside of /ctl
	mirror *client.Mirror
	rev    int64 // of what was shown last
	files  map[string]client.File
}

// load reads all files, and begins to follow them.
func (l *live) load(ctx context.Context) (err error) {
	glob := l.glob
	if glob == "" {
		glob = "/**"
	}
	if l.mirror, err = l.c.Mirror(ctx, glob); err != nil {
		return err
	}
	l.show(l.mirror.View())
	return nil
}

// follow loads, and makes s tell of it if it has to wait for a quorum; without wait there
// has to be one.
func (l *live) follow(ctx context.Context, s *session, wait bool) error {
	if err := s.connect(ctx, wait); err != nil {
		return err
	}
	l.c = s.client
	if !wait {
		return l.load(ctx)
	}
	return s.begin(ctx, true, func(context.Context) error {
		for {
			err := l.load(ctx) // which it has to outlive
			if !errors.Is(err, client.ErrNoQuorum) {
				return err
			}
			sleep(ctx, pause)
		}
	})
}

// next waits until the files have changed, and has them as they are then.
func (l *live) next(ctx context.Context) error {
	for {
		v, err := l.mirror.Next(ctx, l.rev)
		if err != nil {
			return err
		}
		if l.show(v) {
			return nil
		}
	}
}

// show takes over the files of a view, and reports whether they differ from those before.
func (l *live) show(v *client.View) (differ bool) {
	files := make(map[string]client.File, v.Len())
	for f := range v.All() {
		if l.glob == "" && isCtl(f.Path) {
			continue
		}
		files[f.Path] = f
		differ = differ || l.files[f.Path].Rev != f.Rev
	}
	differ = differ || len(files) != len(l.files)
	l.rev, l.files = v.Rev(), files
	return differ
}

func (l *live) close() { l.mirror.Close() }
