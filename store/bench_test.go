package store

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"syscall"
	"testing"
)

// filled is a store of n files in one directory, and their paths.
func filled(b testing.TB, n int) (*Store, []string) {
	s, err := New(Config{})
	if err != nil {
		b.Fatal(err)
	}
	paths := make([]string, n)
	var entries []Entry
	for i := range paths {
		paths[i] = fmt.Sprintf("/bench/%07d", i)
		entries = append(entries, Entry{int64(i + 1), set(paths[i])})
		if len(entries) == 256 || i == n-1 {
			s.Apply(entries, int64(i+1), nil)
			entries = entries[:0]
		}
	}
	return s, paths
}

func set(path string) []byte {
	m, err := EncodeSet(path, make([]byte, 64), Clobber)
	if err != nil {
		panic(err)
	}
	return m
}

// BenchmarkApply overwrites random files of one directory.
func BenchmarkApply(b *testing.B) {
	for _, files := range []int{1_000, 100_000, 1_000_000} {
		s, paths := filled(b, files)
		for _, batch := range []int{1, 16, 256} {
			b.Run(fmt.Sprintf("files=%d/batch=%d", files, batch), func(b *testing.B) {
				r := rand.New(rand.NewPCG(1, 2))
				entries := make([]Entry, 0, batch)
				results := make([]error, 0, batch)
				at := s.View().Applied()
				b.ReportAllocs()
				start := cpuTime()
				for b.Loop() {
					at++
					entries = append(entries, Entry{at, set(paths[r.IntN(files)])})
					if len(entries) == batch {
						s.Apply(entries, at, results)
						entries = entries[:0]
					}
				}
				s.Apply(entries, at, results)
				b.ReportMetric(float64(cpuTime()-start)/float64(b.N), "cpu-ns/op")
			})
		}
	}
}

// BenchmarkCreate makes new files and deletes them in turn.
func BenchmarkCreate(b *testing.B) {
	for _, files := range []int{1_000, 100_000, 1_000_000} {
		s, _ := filled(b, files)
		b.Run(fmt.Sprint("files=", files), func(b *testing.B) {
			r := rand.New(rand.NewPCG(1, 2))
			at := s.View().Applied()
			entries := make([]Entry, 0, 256)
			b.ReportAllocs()
			for b.Loop() {
				path := fmt.Sprintf("/bench/%07d-x", r.IntN(files))
				m := set(path)
				if r.IntN(2) == 0 {
					m, _ = EncodeDel(path, Clobber)
				}
				at++
				entries = append(entries, Entry{at, m})
				if len(entries) == 256 {
					s.Apply(entries, at, nil)
					entries = entries[:0]
				}
			}
			s.Apply(entries, at, nil)
		})
	}
}

func BenchmarkRead(b *testing.B) {
	for _, files := range []int{1_000, 100_000, 1_000_000} {
		s, paths := filled(b, files)
		r := rand.New(rand.NewPCG(1, 2))
		b.Run(fmt.Sprint("Get/files=", files), func(b *testing.B) {
			for b.Loop() {
				s.View().Get(paths[r.IntN(files)])
			}
		})
		b.Run(fmt.Sprint("Entry/files=", files), func(b *testing.B) {
			for b.Loop() {
				if _, err := s.View().Entry("/bench", r.IntN(files)); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(fmt.Sprint("Walk/files=", files), func(b *testing.B) {
			g, _ := CompileGlob("/**")
			for b.Loop() {
				s.View().Walk(g, func(string, []byte, int64) bool { return true })
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(files), "ns/file")
		})
	}
}

// BenchmarkMemory reports the heap of 100,000 files and a full history.
func BenchmarkMemory(b *testing.B) {
	for b.Loop() {
		before := liveHeap()
		s, paths := filled(b, 100_000)
		r := rand.New(rand.NewPCG(1, 2))
		at := s.View().Applied()
		for range 2 * defaultHistory {
			at++
			s.Apply([]Entry{{at, set(paths[r.IntN(len(paths))])}}, at, nil)
		}
		b.ReportMetric(float64(liveHeap()-before)/1e6, "MB")
		runtime.KeepAlive(s)
	}
}

func liveHeap() uint64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// BenchmarkWatchers applies sets while n watches follow other files.
func BenchmarkWatchers(b *testing.B) {
	for _, n := range []int{0, 10_000} {
		s, paths := filled(b, 1_000)
		for i := range n {
			g, _ := CompileGlob(fmt.Sprint("/bench/other-", i))
			if _, err := s.Watch(g, 0); err != nil {
				b.Fatal(err)
			}
		}
		b.Run(fmt.Sprint("watches=", n), func(b *testing.B) {
			at := s.View().Applied()
			for b.Loop() {
				at++
				s.Apply([]Entry{{at, set(paths[at%1000])}}, at, nil)
			}
		})
	}
}

// cpuTime is what the process has used, garbage collection included, in
// nanoseconds: steadier than the clock where others use the machine too.
func cpuTime() int64 {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return u.Utime.Nano() + u.Stime.Nano()
}
