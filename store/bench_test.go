package store

import (
	"fmt"
	"math/rand/v2"
	"syscall"
	"testing"
)

// What the benchmarks write is encoded before they begin: what they report is the store's own. Those that take
// long to set up are left out with -short, as they are where allocations are counted (doc/testing.md).

// sizes are the numbers of files that there are.
func sizes() []int {
	if testing.Short() {
		return []int{1_000}
	}
	return []int{1_000, 100_000, 1_000_000}
}

// filled is a store of n files in one directory, their paths, and the mutations that made them.
func filled(b testing.TB, cfg Config, n int) (s *Store, paths []string, sets [][]byte) {
	s, err := New(cfg)
	if err != nil {
		b.Fatal(err)
	}
	w := applier{s: s, batch: 256}
	for i := range n {
		paths = append(paths, fmt.Sprintf("/bench/%07d", i))
		sets = append(sets, set(paths[i]))
		w.apply(sets[i])
	}
	w.flush()
	return s, paths, sets
}

func set(path string) []byte {
	m, err := EncodeSet(path, make([]byte, 64), Clobber)
	if err != nil {
		panic(err)
	}
	return m
}

func del(path string) []byte {
	m, err := EncodeDel(path, Clobber)
	if err != nil {
		panic(err)
	}
	return m
}

// applier applies mutations, so many at a time.
type applier struct {
	s       *Store
	batch   int
	entries []Entry
	results []error
	at      int64 // the last revision; 0 before the first
}

func (w *applier) apply(m []byte) {
	if w.at == 0 {
		w.at = w.s.View().Applied()
	}
	w.at++
	if w.entries = append(w.entries, Entry{w.at, m}); len(w.entries) == w.batch {
		w.flush()
	}
}

func (w *applier) flush() {
	w.results = w.s.Apply(w.entries, w.at, w.results[:0])
	w.entries = w.entries[:0]
}

// shuffled is the numbers below n, in some order.
func shuffled(n int) []int { return rand.New(rand.NewPCG(1, 2)).Perm(n) }

// cpuTime is what the process has used, garbage collection included, in
// nanoseconds: steadier than the clock where others use the machine too.
func cpuTime() int64 {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return u.Utime.Nano() + u.Stime.Nano()
}
