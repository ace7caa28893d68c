//go:build unix

package client

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"syscall"
	"testing"
	"time"

	"github.com/ha/doozer/server"
	"github.com/ha/doozer/store"
)

const (
	changesAtOnce = 256 // that the store gets in one go
	changesAhead  = 16  // times as many that the writer is ahead of the watch at most
)

// reader is a node that takes no writes: the benchmark makes them in its store.
type reader struct{}

func (reader) ID() string { return "reader" }

func (reader) Propose(ps []server.Proposal) {
	for _, p := range ps {
		p.To.Complete(p.Tag, 0, server.ErrReadonly)
		p.To.Flush()
	}
}

func (reader) Hurry() {}

func (reader) Read(r server.Reader) {
	r.ReadReady(nil)
	r.Flush()
}

// served is a store, and the address of a server of it.
func served(b *testing.B) (*store.Store, string) {
	st, err := store.New(store.Config{})
	if err != nil {
		b.Fatal(err)
	}
	srv, err := server.New(server.Config{Node: reader{}, Store: st, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		b.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	go srv.Serve(l)
	b.Cleanup(func() { srv.Shutdown(context.Background()) })
	return st, l.Addr().String()
}

// BenchmarkWatch is a change's way from a store by way of a server and the
// loopback network to the reader of a watch, as a program pays for it that
// follows a busy cluster: as fast as it goes, and at a pace. CPU time is that
// of all, the store's writer too, and counts more than the rate where nodes and
// program share a machine.
func BenchmarkWatch(b *testing.B) {
	for _, pace := range []int{0, 250_000} {
		b.Run(fmt.Sprintf("by=Next/pace=%d", pace), func(b *testing.B) { watchChanges(b, pace, single) })
		b.Run(fmt.Sprintf("by=NextBatch/pace=%d", pace), func(b *testing.B) { watchChanges(b, pace, (*Watch).NextBatch) })
	}
}

// watchChanges watches b.N changes, of which pace come a second; 0: no matter how many.
func watchChanges(b *testing.B, pace int, next func(*Watch, []Event) ([]Event, error)) {
	st, addr := served(b)
	c, err := Config{Pinned: true}.Dial(b.Context(), addr)
	if err != nil {
		b.Fatal(err)
	}
	defer c.Close()
	w, err := c.Watch(b.Context(), "/**", 1)
	if err != nil {
		b.Fatal(err)
	}
	read := make(chan struct{}, changesAhead)
	b.ReportAllocs()
	b.ResetTimer()
	begun := cpu(b)
	go change(b, st, pace, read)
	var events []Event
	for n := 0; n < b.N; {
		if events, err = next(w, events[:0]); err != nil {
			b.Fatal(err)
		}
		for _, ev := range events {
			if n++; ev.Rev != int64(n) {
				b.Fatalf("change %d: %v", n, ev)
			}
			if n%changesAtOnce == 0 {
				<-read
			}
		}
	}
	b.ReportMetric(float64((cpu(b)-begun).Nanoseconds())/float64(b.N), "cpu-ns/op")
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "events/s")
}

// change makes b.N changes of 1,000 files. Each batch takes a place in ahead.
func change(b *testing.B, st *store.Store, pace int, ahead chan<- struct{}) {
	var files [1000][]byte
	for i := range files {
		m, err := store.EncodeSet(fmt.Sprintf("/bench/%03d", i), make([]byte, 64), store.Clobber)
		if err != nil {
			b.Error(err)
			return
		}
		files[i] = m
	}
	var entries []store.Entry
	begun := time.Now()
	for n := 0; n < b.N; {
		if pace > 0 {
			time.Sleep(time.Until(begun.Add(time.Duration(n) * time.Second / time.Duration(pace))))
		}
		ahead <- struct{}{}
		entries = entries[:0]
		for range min(changesAtOnce, b.N-n) {
			n++
			entries = append(entries, store.Entry{Seqn: int64(n), Mutation: files[n%len(files)]})
		}
		st.Apply(entries, int64(n), nil)
	}
}

// cpu is the CPU time that this process took so far.
func cpu(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
