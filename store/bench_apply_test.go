package store

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"testing"
)

// BenchmarkApply is the cost of one mutation: a set that overwrites a file, or is refused since the file is newer; a
// transaction that compares one file and sets two, or sixteen.
func BenchmarkApply(b *testing.B) {
	for _, files := range sizes() {
		s, paths, sets := filled(b, Config{}, files)
		for _, kind := range []struct {
			name      string
			mutations [][]byte
		}{
			{"set", sets},
			{"refused", eachPath(paths, func(i int) ([]byte, error) { return EncodeSet(paths[i], nil, 0) })},
			{"txn2", eachPath(paths, func(i int) ([]byte, error) { return EncodeTxn(benchSteps(paths, i, 2)) })},
			{"txn16", eachPath(paths, func(i int) ([]byte, error) { return EncodeTxn(benchSteps(paths, i, 16)) })},
		} {
			for _, batch := range []int{1, 16, 256} {
				b.Run(fmt.Sprintf("of=%s/files=%d/batch=%d", kind.name, files, batch), func(b *testing.B) {
					applyAll(b, &applier{s: s, batch: batch}, kind.mutations)
				})
			}
		}
	}
}

// eachPath is a mutation for each of the first paths.
func eachPath(paths []string, encode func(i int) ([]byte, error)) (mutations [][]byte) {
	for i := range min(len(paths), 10_000) {
		m, err := encode(i)
		if err != nil {
			panic(err)
		}
		mutations = append(mutations, m)
	}
	return mutations
}

// benchSteps compares file i, and sets n that follow it.
func benchSteps(paths []string, i, n int) []Step {
	steps := []Step{{Kind: Check, Path: paths[i], Rev: Clobber}}
	for k := range n {
		steps = append(steps, Step{Kind: Set, Path: paths[(i+k+1)%len(paths)], Value: make([]byte, 64), Rev: Clobber})
	}
	return steps
}

func applyAll(b *testing.B, w *applier, mutations [][]byte) {
	order, i := shuffled(len(mutations)), 0
	b.ReportAllocs()
	start := cpuTime()
	for b.Loop() {
		w.apply(mutations[order[i]])
		if i++; i == len(order) {
			i = 0
		}
	}
	b.ReportMetric(float64(cpuTime()-start)/float64(b.N), "cpu-ns/op")
	w.flush()
}

// BenchmarkCreate makes a file, and deletes the one that it made 1,000 files ago. The history is
// full, and short, so that what stands in it for a deleted file goes before that is made again.
func BenchmarkCreate(b *testing.B) {
	const history, names, ago = 4_000, 1 << 14, 1_000
	for _, files := range sizes() {
		s, _, _ := filled(b, Config{History: history}, files)
		var sets, dels [names][]byte
		for to, i := range shuffled(names) {
			path := fmt.Sprintf("/bench/%07d-%d", to*files/names, i)
			sets[i], dels[i] = set(path), del(path)
		}
		b.Run(fmt.Sprintf("files=%d/batch=256", files), func(b *testing.B) {
			w, i := applier{s: s, batch: 256}, 0
			one := func() {
				w.apply(sets[i%names])
				w.apply(dels[(i+names-ago)%names])
				i++
			}
			for range history {
				one()
			}
			b.ReportAllocs()
			for b.Loop() {
				one()
			}
			w.flush()
		})
	}
}

// BenchmarkTrim overwrites files while the history is full, and as short as 1,000 changes: for each a change
// is dropped.
func BenchmarkTrim(b *testing.B) {
	for _, files := range sizes() {
		s, _, sets := filled(b, Config{History: 1_000}, files)
		w := &applier{s: s, batch: 16}
		for i := range 2_000 {
			w.apply(sets[i%files])
		}
		w.flush()
		b.Run(fmt.Sprintf("files=%d/batch=16", files), func(b *testing.B) { applyAll(b, w, sets) })
	}
}

// BenchmarkMemory reports the heap of 100,000 files and a full history.
func BenchmarkMemory(b *testing.B) {
	if testing.Short() {
		b.Skip("takes a second")
	}
	b.ReportAllocs()
	for b.Loop() {
		before := liveHeap()
		s, paths, _ := filled(b, Config{}, 100_000)
		r := rand.New(rand.NewPCG(1, 2))
		w := applier{s: s, batch: 1}
		for range 2 * defaultHistory {
			w.apply(set(paths[r.IntN(len(paths))]))
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
