package store

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/bmizerany/assert"
)

// follower is a watch and what it has returned so far.
type follower struct {
	w    *Watch
	glob string
	from int64
	got  []Event
	err  error
}

func mustGlob(t *testing.T, pattern string) Glob {
	g, err := CompileGlob(pattern)
	assert.Equal(t, nil, err)
	return g
}

func (f *follower) read(limit int) {
	if f.err == nil {
		f.got, f.err = f.w.Next(f.got, limit)
	}
}

// TestWatchModel runs many watches, begun at any kept or future revision and read
// at any pace, against the twin: each returns all that matches, once and in order,
// up to where it may have fallen behind.
func TestWatchModel(t *testing.T) {
	for seed := range uint64(6) {
		p := newPair(t, 100+seed, Config{History: 40 + 400*int(seed)})
		var all []*follower
		for range 300 {
			p.batch()
			if p.r.IntN(3) == 0 {
				all = append(all, p.follow())
			}
			for _, f := range all {
				if p.r.IntN(10) == 0 {
					f.read(p.r.IntN(30))
				}
			}
		}
		late := 0
		for _, f := range all {
			f.finish(p)
			if f.err != nil {
				late++
			}
			f.w.Close()
		}
		assert.T(t, late < len(all), late)
		assert.T(t, p.s.watchers.index.empty())
		assert.Equal(t, int64(0), p.s.watchers.count.Load())
	}
}

func (p *pair) follow() *follower {
	first, applied := p.s.FirstKept()+1, p.s.View().Applied()
	from := first + p.r.Int64N(applied-first+10)
	if p.r.IntN(3) == 0 {
		from = 0
	}
	glob := modelGlobs[p.r.IntN(len(modelGlobs))]
	w, err := p.s.Watch(mustGlob(p.t, glob), from)
	assert.Equal(p.t, nil, err)
	if from == 0 {
		from = applied + 1
	}
	return &follower{w: w, glob: glob, from: from}
}

func (f *follower) finish(p *pair) {
	for {
		n := len(f.got)
		if f.read(7); f.err != nil || n == len(f.got) {
			break
		}
	}
	want := p.twin.since(f.glob, f.from, p.s.View().Applied())
	if f.err != nil {
		assert.Equal(p.t, ErrTooLate, f.err)
		if len(f.w.todo) > 0 {
			assert.T(p.t, want[len(f.got)].Seqn <= p.s.FirstKept(), f.glob)
		} else { // nobody knows any more whether what it had yet to search held a match
			assert.T(p.t, f.w.scan < p.s.now.Load().hist.first, f.glob)
		}
		want = want[:min(len(f.got), len(want))]
	}
	if !slices.EqualFunc(want, f.got, sameEvent) {
		p.t.Fatalf("watch of %s from %d: got %v; want %v", f.glob, f.from, f.got, want)
	}
}

func ready(w *Watch) bool {
	select {
	case <-w.Ready():
		return true
	default:
		return false
	}
}

func TestWatchReady(t *testing.T) {
	s, _ := New(Config{})
	w, err := s.Watch(mustGlob(t, "/a"), 0)
	assert.Equal(t, nil, err)
	assert.T(t, !ready(w))
	s.Apply([]Entry{{1, set("/b")}}, 1, nil)
	assert.T(t, !ready(w), "another file's change")
	s.Apply([]Entry{{2, set("/a")}, {3, set("/a")}}, 3, nil)
	assert.T(t, ready(w))
	got, err := w.Next(nil, 1)
	assert.T(t, len(got) == 1 && err == nil && got[0].Seqn == 2)
	assert.T(t, ready(w), "more is there")
	got, err = w.Next(nil, 5)
	assert.T(t, len(got) == 1 && err == nil && got[0].Seqn == 3)
	assert.T(t, !ready(w))
	old, err := s.Watch(mustGlob(t, "/a"), 1)
	assert.T(t, ready(old) && err == nil, "begins with the past")
	w.Close()
	w.Close()
	assert.T(t, ready(w))
	_, err = w.Next(nil, 5)
	assert.Equal(t, ErrClosed, err)
	assert.Equal(t, int64(1), s.watchers.count.Load())
}

// TestWatchOverflow lets more matches come than a watch notes.
func TestWatchOverflow(t *testing.T) {
	s, _ := New(Config{History: 3 * maxFound})
	w, _ := s.Watch(mustGlob(t, "/a"), 0)
	at := int64(0)
	more := func(n int) {
		for range n {
			at++
			s.Apply([]Entry{{at, set("/a")}}, at, nil)
		}
	}
	more(10)
	got, _ := w.Next(nil, 5)
	more(2 * maxFound)
	got, _ = w.Next(got, 100)
	more(maxFound / 2)
	got, err := w.Next(got, 1<<20)
	assert.T(t, int64(len(got)) == at && err == nil, len(got), err)
	for i, e := range got {
		assert.Equal(t, int64(i+1), e.Seqn)
	}
	more(4 * maxFound)
	got, err = w.Next(nil, 10)
	assert.T(t, len(got) == 0 && err == ErrTooLate, err)
	_, err = w.Next(nil, 10)
	assert.Equal(t, ErrTooLate, err)
	assert.T(t, len(w.found) <= maxFound)
}

// TestWatchTooLate: one that waits for what does not happen is never late.
func TestWatchTooLate(t *testing.T) {
	s, _ := New(Config{History: 5})
	patient, _ := s.Watch(mustGlob(t, "/b"), 0)
	for at := int64(1); at <= 50; at++ {
		s.Apply([]Entry{{at, set("/a")}}, at, nil)
	}
	s.Apply([]Entry{{51, set("/b")}}, 51, nil)
	got, err := patient.Next(nil, 10)
	assert.T(t, len(got) == 1 && err == nil, got, err)
	assert.Equal(t, int64(46), s.FirstKept())
	_, err = s.Watch(mustGlob(t, "/a"), 46)
	assert.T(t, errors.Is(err, ErrTooLate), err)
	_, err = s.Watch(mustGlob(t, "/a"), 47)
	assert.Equal(t, nil, err)
	_, err = s.Watch(mustGlob(t, "/a"), -1)
	assert.T(t, errors.Is(err, ErrTooLate), err)
}

// TestWatchIndex offers a change to those that match, and finds them without
// asking the others.
func TestWatchIndex(t *testing.T) {
	s, _ := New(Config{})
	var watches []*Watch
	for i := range 100 {
		for _, form := range []string{"/x/f%d", "/x%d/**", "/*/f%d", "/**/f%d", "/x?/f%d/*"} {
			w, err := s.Watch(mustGlob(t, fmt.Sprintf(form, i)), 0)
			assert.Equal(t, nil, err)
			watches = append(watches, w)
		}
	}
	s.Apply([]Entry{{1, set("/x/f7")}, {2, set("/x7/a/b")}, {3, set("/x1/f7/c")}}, 3, nil)
	var heard []string
	for _, w := range watches {
		if ready(w) {
			heard = append(heard, w.glob.String())
		}
		w.Close()
	}
	want := []string{"/x1/**", "/x/f7", "/x7/**", "/*/f7", "/**/f7", "/x?/f7/*"}
	assert.Equal(t, want, heard)
	assert.T(t, s.watchers.index.empty())
}

func (x *index) empty() bool {
	return len(x.groups) == 0 && x.root.group == nil && len(x.root.kids) == 0
}
