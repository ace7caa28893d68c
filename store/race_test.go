package store

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/bmizerany/assert"
)

// TestConcurrent has readers, watchers and waiters at work beside the writer. Every
// batch sets all files to its own number, and makes or deletes /d/<number>: so a
// view shows one number in all of them, and a watch counts up.
func TestConcurrent(t *testing.T) {
	const files, batches = 40, 600
	s, err := New(Config{History: 5 * files})
	assert.Equal(t, nil, err)
	s.Apply(numbered(0, files), files+1, nil)
	var wg sync.WaitGroup
	for i := range 3 {
		wg.Go(func() { readNumbers(t, s, uint64(i), files, batches) })
	}
	wg.Go(func() { watchNumbers(t, s, batches) })
	wg.Go(func() {
		for n := range int64(batches) {
			assert.Equal(t, nil, s.Await(t.Context(), (n+1)*(files+1)))
		}
	})
	for n := int64(1); n <= batches; n++ {
		s.Apply(numbered(n, files), (n+1)*(files+1), nil)
	}
	wg.Wait()
}

func numbered(n, files int64) (entries []Entry) {
	at := n * (files + 1)
	for i := range files {
		m, _ := EncodeSet(fmt.Sprintf("/n/%d", i), fmt.Append(nil, n), Clobber)
		at++
		entries = append(entries, Entry{at, m})
	}
	m, _ := EncodeSet(fmt.Sprintf("/d/%d", n), nil, Clobber)
	if n%2 == 1 {
		m, _ = EncodeDel(fmt.Sprintf("/d/%d", n-1), Clobber)
	}
	return append(entries, Entry{at + 1, m})
}

func readNumbers(t *testing.T, s *Store, seed uint64, files, batches int64) {
	r := rand.New(rand.NewPCG(seed, 0))
	g := mustGlob(t, "/n/*")
	held := s.View()
	for v := s.View(); v.Applied() < (batches+1)*(files+1); v = s.View() {
		if r.IntN(20) == 0 {
			held = v
		}
		for _, v := range []View{v, held} {
			n := v.Applied()/(files+1) - 1
			v.Walk(g, func(path string, value []byte, rev int64) bool {
				if string(value) != fmt.Sprint(n) {
					t.Errorf("at %d: %s is %s, want %d", v.Applied(), path, value, n)
				}
				return true
			})
			size, _ := v.Stat("/n")
			assert.Equal(t, int(files), size)
		}
		readOld(t, s, r, files)
	}
}

func readOld(t *testing.T, s *Store, r *rand.Rand, files int64) {
	at := s.View().Applied() - r.Int64N(4*files)
	v, err := s.At(at)
	if err != nil {
		return // dropped meanwhile
	}
	i := r.Int64N(files)
	value, rev := v.Get(fmt.Sprint("/n/", i))
	n := (at - 1 - i) / (files + 1)
	if at > files && (string(value) != fmt.Sprint(n) || rev != n*(files+1)+i+1) {
		t.Errorf("at %d: file %d is %s of %d, want %d", at, i, value, rev, n)
	}
	if at > files {
		_, err = v.Entry("/n", int(i))
		assert.Equal(t, nil, err)
	}
}

func watchNumbers(t *testing.T, s *Store, batches int64) {
	for next := int64(0); next < batches; {
		w, err := s.Watch(mustGlob(t, "/n/7"), 0)
		assert.Equal(t, nil, err)
		next = followNumbers(t, w, batches)
		w.Close()
	}
}

// followNumbers reads until the last number, or until it was too slow.
func followNumbers(t *testing.T, w *Watch, batches int64) (next int64) {
	for {
		if w.store.View().Applied() < batches*41 {
			<-w.Ready()
		}
		events, err := w.Next(nil, 10)
		if err != nil {
			return next
		}
		for _, e := range events {
			var n int64
			fmt.Sscan(string(e.Value), &n)
			if next != 0 && n != next {
				t.Errorf("heard of %d, want %d", n, next)
			}
			next = n + 1
		}
		if len(events) == 0 && w.store.View().Applied() >= (batches+1)*41 {
			return batches
		}
	}
}
