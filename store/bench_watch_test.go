package store

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
)

// otherGlobs are forms of globs that match nothing in /bench; # is another number in each. The last one is the
// same for all.
var otherGlobs = []struct{ form, glob string }{
	{"literal", "/bench/other-#"},
	{"below", "/other-#/**"},
	{"star", "/*/other-#/x"},
	{"begin", "/bench/other-#-*"},
	{"end", "/**/other-#"},
	{"middle", "/**/other-#/**"},
	{"same", "/other/**"},
}

// others are numbers of watches that a change does not concern.
func others() []int {
	if testing.Short() {
		return []int{1, 1_000}
	}
	return []int{1, 1_000, 100_000}
}

func watchAll(b *testing.B, s *Store, form string, n int) []*Watch {
	watches := make([]*Watch, n)
	for i := range watches {
		g, err := CompileGlob(strings.ReplaceAll(form, "#", strconv.Itoa(i)))
		if err != nil {
			b.Fatal(err)
		}
		if watches[i], err = s.Watch(g, 0); err != nil {
			b.Fatal(err)
		}
	}
	return watches
}

// BenchmarkOthersWatch is the cost of a set while so many watches follow other files.
func BenchmarkOthersWatch(b *testing.B) {
	b.Run("form=none/watches=0", func(b *testing.B) { setWatched(b, "", 0) })
	for _, other := range otherGlobs {
		for _, n := range others() {
			b.Run(fmt.Sprintf("form=%s/watches=%d", other.form, n), func(b *testing.B) { setWatched(b, other.glob, n) })
		}
	}
}

func setWatched(b *testing.B, glob string, n int) {
	s, _, sets := filled(b, Config{}, 1_000)
	watchAll(b, s, glob, n)
	applyAll(b, &applier{s: s, batch: 1}, sets)
}

// BenchmarkWatched is the cost of a set that so many watches are told of, and take.
func BenchmarkWatched(b *testing.B) {
	for _, form := range []struct{ form, glob string }{
		{"literal", "/bench/0000000"}, {"star", "/bench/*"}, {"all", "/**"},
	} {
		for _, n := range []int{1, 100, 1_000} {
			b.Run(fmt.Sprintf("form=%s/watches=%d", form.form, n), func(b *testing.B) {
				s, _, sets := filled(b, Config{}, 1)
				watches := watchAll(b, s, form.glob, n)
				w := &applier{s: s, batch: 1}
				var events []Event
				b.ReportAllocs()
				for b.Loop() {
					w.apply(sets[0])
					for _, watch := range watches {
						var err error
						if events, err = watch.Next(events[:0], 256); err != nil || len(events) != 1 {
							b.Fatal(events, err)
						}
					}
				}
			})
		}
	}
}

// BenchmarkWatch opens and closes a watch while there are so many.
func BenchmarkWatch(b *testing.B) {
	for _, other := range otherGlobs {
		for _, n := range others() {
			b.Run(fmt.Sprintf("form=%s/watches=%d", other.form, n), func(b *testing.B) {
				s, _, _ := filled(b, Config{}, 1)
				watches, i := watchAll(b, s, other.glob, n), 0
				b.ReportAllocs()
				for b.Loop() {
					g := watches[i].glob
					watches[i].Close()
					var err error
					if watches[i], err = s.Watch(g, 0); err != nil {
						b.Fatal(err)
					}
					if i++; i == n {
						i = 0
					}
				}
			})
		}
	}
}

// BenchmarkGlob is a glob's look at a path.
func BenchmarkGlob(b *testing.B) {
	for _, glob := range []struct{ form, glob string }{
		{"literal", "/bench/dir/0000017"}, {"below", "/bench/**"}, {"star", "/bench/*/0000017"}, {"middle", "/**/dir/*7"},
	} {
		g, err := CompileGlob(glob.glob)
		if err != nil {
			b.Fatal(err)
		}
		b.Run("form="+glob.form, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if !g.Match("/bench/dir/0000017") {
					b.Fatal(g)
				}
			}
		})
	}
}
