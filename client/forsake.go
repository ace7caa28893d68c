package client

import (
	"context"
	"slices"
)

const maxSwept = 64 // directories, each with a watch

// swept is a directory in which nothing is to come to be that a session gave up.
type swept struct {
	dir  string
	stop context.CancelFunc
}

// forsake gives a place up that may have been taken or not, or may still be. Its file is deleted now
// and, if it comes to be later, then: for as long as the session lives.
func (p *place) forsake() {
	p.session.sweep(p.dir)
	p.giveUp()
}

// sweep has whatever comes to be in a directory in the session's name, and is not wanted, be deleted.
// Of more than maxSwept directories the first is no longer swept. A write that a stopped node holds for
// as long as it takes for that may stand in the way until the session ends.
func (s *Session) sweep(dir string) {
	ctx, stop := context.WithCancel(s.ctx)
	if !s.sweeps(swept{dir, stop}) {
		stop()
		return
	}
	s.background(func() {
		defer stop()
		s.follow(ctx, s.prefix(dir)+"*", func(v *View) {
			for f := range v.All() {
				if !s.stands(f.Path) {
					s.clear(ctx, f.Path)
				}
			}
		})
	})
}

// sweeps notes a directory that is to be swept, and reports whether it was not before.
func (s *Session) sweeps(w swept) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if slices.ContainsFunc(s.swept, func(old swept) bool { return old.dir == w.dir }) {
		return false
	}
	if s.swept = append(s.swept, w); len(s.swept) > maxSwept {
		s.swept[0].stop()
		s.swept = slices.Delete(s.swept, 0, 1)
	}
	return true
}
