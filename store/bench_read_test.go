package store

import (
	"fmt"
	"testing"
)

// reads are what is read, of a view that has file number i among others.
var reads = []struct {
	of   string
	read func(b *testing.B, v View, path string, i int)
}{
	{"get", func(b *testing.B, v View, path string, _ int) {
		if _, rev := v.Get(path); rev <= 0 {
			b.Fatal(rev)
		}
	}},
	{"missing", func(b *testing.B, v View, path string, _ int) {
		if _, rev := v.Get(path[:len(path)-1]); rev != Missing {
			b.Fatal(rev)
		}
	}},
	{"stat", func(b *testing.B, v View, _ string, _ int) {
		if n, rev := v.Stat("/bench"); n == 0 || rev != Dir {
			b.Fatal(n, rev)
		}
	}},
	{"entry", func(b *testing.B, v View, _ string, i int) {
		if _, err := v.Entry("/bench", i); err != nil {
			b.Fatal(err)
		}
	}},
	{"entries100", func(b *testing.B, v View, _ string, i int) {
		seq, err := v.Entries("/bench", i)
		if err != nil {
			b.Fatal(err)
		}
		n := 0
		for range seq {
			if n++; n == 100 {
				break
			}
		}
	}},
}

// BenchmarkRead is the cost of a read of the newest tree, and of the tree as of half a million changes ago where there were
// so many, and else as of the first one that had all files.
func BenchmarkRead(b *testing.B) {
	for _, files := range sizes() {
		s, paths, sets := filled(b, Config{}, files)
		w, then, order := applier{s: s, batch: 256}, s.View().Applied(), shuffled(files)
		for range 5 {
			for _, i := range order {
				w.apply(sets[i])
			}
		}
		w.flush()
		then = max(then, s.FirstKept())
		for _, r := range reads {
			b.Run(fmt.Sprintf("of=%s/files=%d/at=newest", r.of, files), func(b *testing.B) {
				readAll(b, order, func(i int) { r.read(b, s.View(), paths[i], i) })
			})
			b.Run(fmt.Sprintf("of=%s/files=%d/at=oldest", r.of, files), func(b *testing.B) {
				readAll(b, order, func(i int) {
					v, err := s.At(then)
					if err != nil {
						b.Fatal(err)
					}
					r.read(b, v, paths[i], i)
				})
			})
		}
	}
}

func readAll(b *testing.B, order []int, read func(i int)) {
	i := 0
	b.ReportAllocs()
	for b.Loop() {
		read(order[i])
		if i++; i == len(order) {
			i = 0
		}
	}
}

// BenchmarkLongChain reads a file that was overwritten so many times since.
func BenchmarkLongChain(b *testing.B) {
	for _, since := range []int{10, 1_000, 100_000} {
		s, paths, sets := filled(b, Config{}, 1)
		w, then := applier{s: s, batch: 256}, s.View().Applied()
		for range since {
			w.apply(sets[0])
		}
		w.flush()
		b.Run(fmt.Sprint("since=", since), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				v, err := s.At(then)
				if err != nil {
					b.Fatal(err)
				}
				if _, rev := v.Get(paths[0]); rev != then {
					b.Fatal(rev)
				}
			}
		})
	}
}

// BenchmarkWalk goes through all files: all match the glob, or each tenth does.
func BenchmarkWalk(b *testing.B) {
	for _, files := range sizes() {
		s, _, _ := filled(b, Config{}, files)
		for _, match := range []struct{ name, glob string }{{"all", "/**"}, {"tenth", "/bench/*7"}} {
			g, err := CompileGlob(match.glob)
			if err != nil {
				b.Fatal(err)
			}
			b.Run(fmt.Sprintf("files=%d/match=%s", files, match.name), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					s.View().Walk(g, func(string, []byte, int64) bool { return true })
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(files), "ns/file")
			})
		}
	}
}
