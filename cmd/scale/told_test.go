package main

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/ha/doozer/store"
)

// BenchmarkTold is what a change costs the store's writer for each watch that it concerns, when all wait for it.
func BenchmarkTold(b *testing.B) {
	for _, n := range []int{100, 1_000, 10_000} {
		b.Run(fmt.Sprint("watches=", n), func(b *testing.B) {
			s, err := store.New(store.Config{})
			if err != nil {
				b.Fatal(err)
			}
			g, err := store.CompileGlob(path)
			if err != nil {
				b.Fatal(err)
			}
			var told sync.WaitGroup
			for range n {
				w, err := s.Watch(g, 0)
				if err != nil {
					b.Fatal(err)
				}
				defer w.Close()
				go follow(w, &told)
			}
			took := time.Duration(0)
			for b.Loop() {
				told.Add(n)
				begun := time.Now()
				if err := write(s, path, 64); err != nil {
					b.Fatal(err)
				}
				took += time.Since(begun)
				told.Wait()
			}
			b.ReportMetric(float64(took.Nanoseconds())/float64(b.N)/float64(n), "ns/watch")
		})
	}
}

// follow takes one change after the other, until w is closed.
func follow(w *store.Watch, told *sync.WaitGroup) {
	var events []store.Event
	for range w.Ready() {
		var err error
		if events, err = w.Next(events[:0], mostAtOnce); err != nil {
			return
		}
		for range events {
			told.Done()
		}
	}
}
