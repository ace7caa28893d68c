package store

import (
	"errors"
	"iter"
	"slices"
	"testing"

	"github.com/bmizerany/assert"
)

// snapshot is a view's files, as one node hands them to another.
func snapshot(t *testing.T, v View) iter.Seq[File] {
	return func(yield func(File) bool) {
		v.Walk(mustGlob(t, "/**"), func(path string, value []byte, rev int64) bool {
			return yield(File{path, value, rev})
		})
	}
}

// TestRestore goes on from a snapshot, taken of a view that the history has left
// behind, as the store does that it was taken of.
func TestRestore(t *testing.T) {
	for seed := range uint64(4) {
		p := newPair(t, seed, Config{History: 30})
		for range 30 {
			p.batch()
		}
		v := p.s.View()
		applied, rev := v.Applied(), v.Rev()
		for range 20 {
			p.batch()
		}
		assert.T(t, applied < p.s.FirstKept())

		s, err := Restore(Config{History: 25}, applied, rev, snapshot(t, v))
		assert.Equal(t, nil, err)
		checkTree(t, s)
		assert.T(t, s.View().Applied() == applied && s.View().Rev() == rev && s.FirstKept() == max(1, rev))
		q := &pair{t: t, r: p.r, s: s, twin: p.twin, names: p.names}
		at, err := s.At(applied)
		assert.Equal(t, nil, err)
		q.compare(at)
		for _, e := range p.log {
			if e.Seqn > applied {
				s.Apply([]Entry{e}, e.Seqn, nil)
			}
		}
		s.Apply(nil, p.s.View().Applied(), nil)
		q.compare(s.View())
		for range 40 {
			q.batch()
			q.compare(s.View())
			checkTree(t, s)
		}
		q.compare(at)
	}
}

func TestReset(t *testing.T) {
	p := newPair(t, 9, Config{})
	for range 100 {
		p.batch()
	}
	v := p.s.View()
	behind, err := New(Config{})
	assert.Equal(t, nil, err)
	behind.Apply([]Entry{{1, set("/old/file")}}, 1, nil)
	held := behind.View()
	stale, _ := behind.Watch(mustGlob(t, "/**"), 0)
	future, _ := behind.Watch(mustGlob(t, "/**"), v.Applied()+1)

	err = behind.Reset(v.Applied(), v.Rev(), snapshot(t, v))
	assert.Equal(t, nil, err)
	(&pair{t: t, r: p.r, s: behind, twin: p.twin}).compare(behind.View())
	_, rev := held.Get("/old/file")
	assert.Equal(t, int64(1), rev)
	assert.T(t, ready(stale))
	_, err = stale.Next(nil, 1)
	assert.Equal(t, ErrTooLate, err)

	next := v.Applied() + 1
	behind.Apply([]Entry{{next, set("/new")}}, next, nil)
	got, err := future.Next(nil, 10)
	assert.T(t, err == nil && len(got) == 1 && got[0].Path == "/new", got, err)
	_, err = behind.Watch(mustGlob(t, "/**"), v.Rev())
	assert.T(t, errors.Is(err, ErrTooLate), err)
	_, err = behind.At(v.Rev() - 1)
	assert.T(t, errors.Is(err, ErrTooLate), err)
	err = behind.Reset(1, 1, snapshot(t, held))
	assert.T(t, errors.Is(err, ErrBadSnapshot), err)
	checkTree(t, behind)
}

func TestRestoreBad(t *testing.T) {
	for _, files := range [][]File{
		{{"bad", nil, 1}},
		{{"/", nil, 1}},
		{{"/a", nil, 0}},
		{{"/a", nil, 8}},
		{{"/a", nil, 1}, {"/a", nil, 1}},
		{{"/a", nil, 1}, {"/a/b", nil, 1}},
		{{"/a/b", nil, 1}, {"/a", nil, 1}},
		{{"/a", make([]byte, MaxValue+1), 1}},
	} {
		_, err := Restore(Config{}, 9, 7, slices.Values(files))
		assert.T(t, errors.Is(err, ErrBadSnapshot), files[0].Path, err)
	}
	_, err := Restore(Config{}, 9, 10, slices.Values([]File{}))
	assert.T(t, errors.Is(err, ErrBadSnapshot), err)
}
