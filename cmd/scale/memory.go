package main

import (
	"fmt"
	"io"
	"runtime"

	"github.com/ha/doozer/store"
)

// counted is how many of each are made, half of which are counted.
const counted = 200_000

// kept is something that a store keeps.
type kept struct {
	what    string
	history int                               // of the store, in changes
	make    func(s *store.Store, i int) error // makes one more
}

func keeps() []kept {
	const short = 1000 // so that files alone count
	return []kept{
		{"a file of 64 bytes, one of many in a directory", short, func(s *store.Store, i int) error { return write(s, file(i), 64) }},
		{"a file of 1,024 bytes, likewise", short, func(s *store.Store, i int) error { return write(s, file(i), 1024) }},
		{"a file of 64 bytes in a directory of its own", short, func(s *store.Store, i int) error { return write(s, file(i)+"/only", 64) }},
		{"a change of a file, 64 bytes, in the history", counted, func(s *store.Store, i int) error { return write(s, file(i%1000), 64) }},
		{"a watch of one file, in the store", short, func(s *store.Store, i int) error { return watch(s, file(i)) }},
	}
}

func file(i int) string { return fmt.Sprintf("/directory/%07d", i) }

func write(s *store.Store, path string, size int) error {
	m, err := store.EncodeSet(path, make([]byte, size), store.Clobber)
	if err != nil {
		return err
	}
	at := s.View().Applied() + 1
	return s.Apply([]store.Entry{{Seqn: at, Mutation: m}}, at, nil)[0]
}

func watch(s *store.Store, path string) error {
	g, err := store.CompileGlob(path)
	if err == nil {
		_, err = s.Watch(g, 0)
	}
	return err
}

// bytes is the heap that one more takes, when there are many.
func (k *kept) bytes() (int, error) {
	s, err := store.New(store.Config{History: k.history})
	if err != nil {
		return 0, err
	}
	before := uint64(0)
	for i := range counted {
		if i == counted/2 {
			before = liveHeap()
		}
		if err := k.make(s, i); err != nil {
			return 0, err
		}
	}
	after := liveHeap()
	runtime.KeepAlive(s)
	return int(after-before) / (counted / 2), nil
}

func liveHeap() uint64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

func writeMemory(out io.Writer) error {
	fmt.Fprintf(out, "\n## Memory\n\n| | bytes of heap |\n|---|---:|\n")
	for _, k := range keeps() {
		n, err := k.bytes()
		if err != nil {
			return fmt.Errorf("%s: %w", k.what, err)
		}
		fmt.Fprintf(out, "| %s | %d |\n", k.what, n)
	}
	return nil
}
