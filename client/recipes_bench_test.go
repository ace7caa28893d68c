package client

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
)

// What a change costs a mirror of many files.
func BenchmarkMirrorChange(b *testing.B) {
	for _, n := range []int{100, 10_000, 100_000} {
		b.Run(fmt.Sprint("files=", n), func(b *testing.B) {
			view := new(View)
			var all []Event
			for i := range n {
				all = append(all, Event{Path: fmt.Sprintf("/d/%03d/%d", i%1000, i), Rev: int64(i + 1)})
			}
			view = view.with(all)
			i, change := 0, make([]Event, 1)
			b.ReportAllocs()
			for b.Loop() {
				change[0] = Event{Path: all[i%n].Path, Rev: int64(n + i)}
				view = view.with(change)
				i++
			}
		})
	}
}

// What it costs to take a lock that nobody else wants, and to give it up.
func BenchmarkLock(b *testing.B) {
	s := benchSession(b)
	b.ReportAllocs()
	for b.Loop() {
		l, err := s.Lock(b.Context(), "/lock/b")
		ok(b, err)
		ok(b, l.Unlock(b.Context()))
	}
}

// What it costs to pass a lock on, however many stand in line behind the next one.
func BenchmarkLockInLine(b *testing.B) {
	for _, n := range []int{2, 10, 100} {
		b.Run(fmt.Sprint("waiting=", n), func(b *testing.B) {
			s := benchSession(b)
			var left atomic.Int64
			left.Store(int64(b.N))
			b.ReportAllocs()
			b.ResetTimer()
			var wg sync.WaitGroup
			for range n {
				wg.Go(func() {
					for left.Add(-1) >= 0 {
						l, err := s.Lock(b.Context(), "/lock/b")
						ok(b, err)
						ok(b, l.Unlock(b.Context()))
					}
				})
			}
			wg.Wait()
		})
	}
}

func ok(b *testing.B, err error) {
	if err != nil {
		b.Error(err)
	}
}

func benchSession(b *testing.B) *Session {
	c, err := Dial(soon(b), startNode(b, steady()).Started.Addr)
	ok(b, err)
	b.Cleanup(func() { c.Close() })
	s, err := c.NewSession(soon(b))
	ok(b, err)
	return s
}
