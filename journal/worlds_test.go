package journal

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// world2 is world with Keep, Withdraw, Prune, kills in the middle of anything, names that come back at a power
// cut, and readers beside.
type world2 struct {
	*world
	mu      sync.Mutex // have, recs
	gone    map[string][]byte
	copies  map[string][]byte
	kill    int // at the so many-th call of the disk
	trial   bool
	pendRev int64 // of the snapshot of the trial
	alarms  map[string]int
	tripped bool
}

type killed struct{}

func (w *world2) hit() {
	if w.kill > 0 {
		if w.kill--; w.kill == 0 {
			panic(killed{})
		}
	}
}

type w2file struct {
	*wfile
	w *world2
}

func (f *w2file) Write(b []byte) (int, error) {
	if f.w.kill == 1 && f.w.r.IntN(2) == 0 {
		f.wfile.File.Write(b[:f.w.r.IntN(len(b)+1)])
	}
	f.w.hit()
	return f.wfile.Write(b)
}
func (f *w2file) Sync() error            { f.w.hit(); return f.wfile.Sync() }
func (f *w2file) Truncate(n int64) error { f.w.hit(); return f.wfile.Truncate(n) }

func (w *world2) mk(path string) (file, error) {
	w.hit()
	if w.fail > 0 && w.r.IntN(4) == 0 {
		w.fail--
		return nil, errors.New("full")
	}
	f, err := w.world.create(path)
	if err != nil {
		return nil, err
	}
	return &w2file{f.(*wfile), w}, nil
}

func (w *world2) open2() {
	{
		w.kill = 0
		j, err := Open(w.dir, Config{Log: quiet, SegmentBytes: 300, create: w.mk, sync: w.sync})
		if err != nil {
			w.t.Fatal("open: ", err)
		}
		w.j, w.fail, w.trial, w.based = j, 0, false, j.Rev() > 0
		if j.Rev() == 0 {
			w.begin2()
			w.keep2()
		}
		w.note2()
	}
}

func (w *world2) note2() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.trial && w.j.Rev() > 0 {
		w.have[w.j.Rev()] = true
	}
}

func (w *world2) begin2() {
	w.mu.Lock()
	w.grow(1)
	w.mu.Unlock()
	if err := w.j.Begin("c", "i", w.end()); err != nil {
		w.t.Fatal(err)
	}
	w.trial, w.pendRev = true, w.end()
}

func (w *world2) keep2() {
	if !w.trial {
		return
	}
	w.save(w.pendRev)
	w.j.Keep()
	w.trial = false
	w.note2()
}

func (w *world2) feed2(n int) {
	if w.j.Rev() == 0 {
		return
	}
	w.mu.Lock()
	w.grow(1 + w.r.IntN(5))
	w.mu.Unlock()
	last := w.j.Rev()
	if n := len(w.j.pending); n > 0 {
		last = w.j.pending[n-1].Rev
	}
	for _, r := range w.recs {
		if r.Rev > last && n > 0 {
			n--
			if err := w.j.Append(&Record{Rev: r.Rev, Time: r.Time, Changes: r.Changes}); err != nil {
				w.t.Fatal(err)
			}
		}
	}
	for w.j.Commit() != nil {
		if w.r.IntN(3) == 0 {
			return
		}
	}
	w.note2()
}

func (w *world2) prune2() string {
	if w.trial || w.j.Rev() == 0 {
		return "no prune"
	}
	a, err := Read(w.dir)
	if err != nil {
		w.t.Fatal(err)
	}
	latest, err := a.last() // may be beyond what is durable
	if err != nil {
		w.t.Fatal(err)
	}
	end := latest.rev
	keepFrom := int64(1 << 60)
	var ret Retention
	var now time.Time
	switch w.r.IntN(3) {
	case 0:
		ret.Revs = 1 + w.r.Int64N(60)
		keepFrom = end - ret.Revs
	case 1:
		ret.Bytes = 1 + w.r.Int64N(6000)
	case 2:
		ret.Age = time.Duration(1+w.r.IntN(60)) * time.Second
		now = time.Unix(end, 0)
		keepFrom = end - int64(ret.Age/time.Second)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	removed, err := a.Prune(ret, now)
	if err != nil {
		w.t.Fatal("prune: ", err)
	}
	if len(removed) == 0 {
		return "prune of nothing"
	}
	for _, p := range removed { // and synced
		delete(w.copies, p)
	}
	b, _ := Read(w.dir)
	first := b.Snapshots[0].Rev
	for rev := range w.have {
		if rev >= first {
			continue
		}
		if rev >= keepFrom && keepFrom != 1<<60 && rev <= end {
			// to go back so far needs the snapshot before
			if _, err := a.At(rev, nil); err != nil {
				w.t.Fatalf("prune %+v of an end of %d dropped %d: kept from %d", ret, end, rev, first)
			}
		}
		delete(w.have, rev)
	}
	return "prune"
}

func (w *world2) snapshotFiles() {
	// remember what the disk has of each segment, to bring back removed names
	segs, _, _ := list(w.dir)
	now := map[string][]byte{}
	for _, s := range segs {
		b, err := os.ReadFile(s.Path)
		if err == nil {
			now[s.Path] = b[:min(int64(len(b)), w.synced[s.Path])]
		}
	}
	grew := false
	for p := range now {
		if _, ok := w.copies[p]; !ok {
			grew = true
		}
	}
	if grew {
		w.gone = map[string][]byte{}
	}
	for p, b := range w.copies {
		if _, ok := now[p]; !ok {
			w.gone[p] = b
		}
	}
	w.copies = now
}

func (w *world2) crash2(power bool) {
	if w.j.file != nil {
		w.j.file.(*w2file).Close()
	}
	w.j.lock.Unlock()
	if power {
		segs, _, _ := list(w.dir)
		for _, s := range segs {
			if keep := w.synced[s.Path]; keep < s.Size {
				os.Truncate(s.Path, keep+w.r.Int64N(s.Size-keep+1))
			}
		}
		for p, b := range w.gone {
			if w.r.IntN(2) == 0 {
				os.WriteFile(p, b, 0o600)
				w.synced[p] = int64(len(b))
			}
		}
	}
	w.gone = map[string][]byte{}
	segs, _, _ := list(w.dir)
	for _, s := range segs { // what survived a power cut is on the disk
		if power {
			w.synced[s.Path] = s.Size
		}
	}
}

func (w *world2) step2(power bool) (what string) {
	defer func() {
		switch r := recover().(type) {
		case nil:
		case killed:
			w.crash2(power)
			w.open2()
			what += " killed"
		default:
			panic(r)
		}
		w.kill, w.fail = 0, 0
		w.snapshotFiles()
	}()
	if w.r.IntN(5) == 0 {
		w.kill = 1 + w.r.IntN(6)
	}
	switch op := w.r.IntN(22); {
	case op < 6:
		what = "feed"
		w.feed2(1 + w.r.IntN(6))
	case op < 7:
		what = "rotate"
		w.j.Rotate()
	case op < 9:
		what = "snapshot"
		if !w.trial && w.j.Rev() > 0 {
			w.save(w.j.Rev())
		}
	case op < 13:
		what = "failing feed"
		w.fail, w.noCut = 1+w.r.IntN(4), w.r.IntN(2) == 0
		w.feed2(1 + w.r.IntN(6))
	case op < 14:
		what = "begin"
		if w.trial {
			w.j.Withdraw()
		}
		w.begin2()
	case op < 16:
		what = "keep"
		w.keep2()
	case op < 17:
		what = "withdraw"
		if w.trial {
			if w.r.IntN(3) == 0 && len(w.j.begun) > 0 { // killed within
				n := w.r.IntN(len(w.j.begun))
				for _, p := range w.j.begun[:n] {
					os.Remove(p)
				}
				w.tripped = w.tripped || n > 0
				panic(killed{})
			}
			if err := w.j.Withdraw(); err != nil {
				w.t.Fatal(err)
			}
			w.begin2()
		}
	case op < 19:
		what = "prune"
		what = w.prune2()
	case op < 20:
		what = "close, open"
		if err := w.j.Close(); err != nil {
			w.t.Fatal(err)
		}
		w.open2()
	default:
		what = "crash, open"
		w.crash2(power)
		w.open2()
	}
	return what
}

func (w *world2) check2(what string, log []string) {
	w.t.Helper()
	a, err := Read(w.dir)
	if err != nil {
		w.t.Fatal(err)
	}
	for rev := range w.have {
		tree, err := a.At(rev, nil)
		if err != nil {
			out, _ := filepath.Glob(w.dir + "/*")
			w.t.Fatalf("after %s: %d was durable: %v\n%s\n%s", what, rev, err, strings.Join(log, "; "), strings.Join(out, "\n"))
		}
		w.same(rev, tree)
	}
	for f, err := range a.Verify(nil) {
		if err != nil {
			w.t.Fatal(err)
		}
		if !f.Harmless {
			kind := fmt.Sprintf("%T", f.Err)
			if errors.Is(f.Err, errLost) {
				kind = "errLost"
			}
			if w.tripped {
				kind += " (half a Withdraw)"
			} else if w.trial {
				kind += " (in a trial)"
			}
			w.alarms[kind]++
		}
	}
}

func runWorld(t *testing.T, seed uint64, power bool, readers int, alarms map[string]int) {
	base := &world{t: t, r: rand.New(rand.NewPCG(seed, 77)), dir: t.TempDir(), synced: map[string]int64{}, have: map[int64]bool{}}
	w := &world2{world: base, gone: map[string][]byte{}, copies: map[string][]byte{}, alarms: alarms}
	w.open2()
	w.feed2(3)
	w.snapshotFiles()
	var stop atomic.Bool
	var wg sync.WaitGroup
	for i := range readers {
		wg.Add(1)
		go func() {
			defer wg.Done()
			r := rand.New(rand.NewPCG(seed, uint64(i)))
			for !stop.Load() {
				w.mu.Lock()
				a, err := Read(w.dir)
				var revs []int64
				for rev := range w.have {
					revs = append(revs, rev)
				}
				w.mu.Unlock()
				if err != nil || len(revs) == 0 {
					continue
				}
				rev := revs[r.IntN(len(revs))]
				tree, err := a.At(rev, nil)
				if err != nil && !strings.Contains(err.Error(), "dropped while") {
					t.Errorf("beside: At(%d): %v", rev, err)
					return
				}
				if err == nil {
					w.mu.Lock()
					want := w.tree(rev)
					w.mu.Unlock()
					if len(want) != len(tree.Files) {
						t.Errorf("beside: At(%d) is wrong", rev)
						return
					}
				}
				for _, err := range a.Verify(nil) {
					if err != nil && !errors.Is(err, ErrMissing) {
						t.Errorf("beside: Verify: %v", err)
						return
					}
				}
				if _, _, err := a.End(); err != nil && !errors.Is(err, ErrMissing) {
					t.Errorf("beside: End: %v", err)
					return
				}
				if _, err := a.Spans(nil); err != nil && !errors.Is(err, ErrMissing) {
					t.Errorf("beside: Spans: %v", err)
					return
				}
			}
		}()
	}
	var log []string
	for i := range 60 {
		what := w.step2(power)
		log = append(log, what)
		if i%5 == 4 {
			w.check2(what, log)
		}
	}
	w.j.Close()
	w.check2("close", log)
	stop.Store(true)
	wg.Wait()
}

func TestWorlds(t *testing.T) {
	t.Parallel()
	spend := 3 * time.Second
	if s := os.Getenv("WORLDS"); s != "" { // for longer
		spend, _ = time.ParseDuration(s)
	}
	for _, mode := range []struct {
		name    string
		power   bool
		readers int
	}{{"kill", false, 0}, {"power", true, 0}, {"readers", false, 2}} {
		alarms := map[string]int{}
		begun, n, failed := time.Now(), 0, 0
		for seed := uint64(0); time.Since(begun) < spend/3 && failed < 3; seed++ {
			n++
			if !t.Run(fmt.Sprint(mode.name, "/", seed), func(t *testing.T) { runWorld(t, seed, mode.power, mode.readers, alarms) }) {
				failed++
			}
		}
		t.Log(mode.name, n, "worlds,", failed, "failed; false alarms of verify:", alarms)
	}
}
