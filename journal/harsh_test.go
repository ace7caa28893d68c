package journal

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"testing"
	"time"

	"github.com/ha/doozer/store"
)

// world is a cluster that remembers all, and a folder on a disk that loses what was not synced.
type world struct {
	t      *testing.T
	r      *rand.Rand
	dir    string
	recs   []*Record // the cluster's, ascending
	j      *Journal
	based  bool             // the snapshot of the latest Begin is saved
	synced map[string]int64 // by path; what of a file is on the disk
	have   map[int64]bool   // At(rev) was to be had, when all was durable
	fail   int              // of the next writes and syncs
	noCut  bool
}

type wfile struct {
	*os.File
	w    *world
	path string
}

func (f *wfile) Write(b []byte) (int, error) {
	if f.w.fail > 0 && f.w.r.IntN(2) == 0 {
		f.w.fail--
		n, _ := f.File.Write(b[:f.w.r.IntN(len(b)+1)])
		return n, errors.New("full")
	}
	return f.File.Write(b)
}

func (f *wfile) Sync() error {
	if f.w.fail > 0 {
		f.w.fail--
		return errors.New("eio")
	}
	info, _ := f.Stat()
	f.w.synced[f.path] = info.Size()
	return nil
}

func (f *wfile) Truncate(n int64) error {
	if f.w.noCut {
		return errors.New("eio")
	}
	f.w.synced[f.path] = min(n, f.w.synced[f.path])
	return f.File.Truncate(n)
}

func (w *world) create(path string) (file, error) {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	path = strings.TrimSuffix(path, tempSuffix)
	w.synced[path] = 0
	return &wfile{f, w, path}, err
}

// sync is that of a file that another process wrote.
func (w *world) sync(path string) error {
	info, err := os.Stat(path)
	if err == nil {
		w.synced[path] = info.Size()
	}
	return err
}

func (w *world) grow(n int) {
	last := int64(begin)
	if len(w.recs) > 0 {
		last = w.recs[len(w.recs)-1].Rev
	}
	for range n {
		last += 1 + int64(w.r.IntN(4))
		r := &Record{Rev: last, Time: last * 1e9}
		for range 1 + w.r.IntN(3) {
			c := &Change{Path: fmt.Sprintf("/d/%d", w.r.IntN(9))}
			if w.r.IntN(4) == 0 {
				c.Del = true
			} else {
				c.Value = []byte(fmt.Sprintf("%d dzjr\x00\x00\x00\x01%d", last, w.r.IntN(1e6)))
			}
			r.Changes = append(r.Changes, c)
		}
		w.recs = append(w.recs, r)
	}
}

func (w *world) end() int64 {
	if len(w.recs) == 0 {
		return begin
	}
	return w.recs[len(w.recs)-1].Rev
}

func (w *world) tree(rev int64) map[string]store.File {
	t := &Tree{Head: new(Head), Files: map[string]store.File{}}
	for _, r := range w.recs {
		if r.Rev > rev {
			break
		}
		t.apply(r)
	}
	return t.Files
}

func (w *world) save(rev int64) {
	var fs []store.File
	for _, f := range w.tree(rev) {
		fs = append(fs, f)
	}
	if err := SaveSnapshot(SnapshotPath(w.dir, rev), &Head{Cluster: "c", Id: "i", Rev: rev, Time: rev * 1e9}, filesOf(fs...)); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) anew(save bool) {
	if err := w.j.Begin("c", "i", w.end()); err != nil {
		w.t.Fatal(err)
	}
	w.based = save
	if save {
		w.save(w.end())
		w.j.Keep()
		w.have[w.end()] = true
	}
}

// feed appends what comes next, and commits.
func (w *world) feed(n int) {
	last := w.j.Rev()
	if n := len(w.j.pending); n > 0 {
		last = w.j.pending[n-1].Rev
	}
	for i := sort.Search(len(w.recs), func(i int) bool { return w.recs[i].Rev > last }); n > 0 && i < len(w.recs); i++ {
		r := &Record{Rev: w.recs[i].Rev, Time: w.recs[i].Time, Changes: w.recs[i].Changes}
		if err := w.j.Append(r); err != nil {
			w.t.Fatal(err)
		}
		n--
	}
	for w.j.Commit() != nil {
		if w.r.IntN(3) == 0 {
			return
		}
	}
	w.note()
}

// note remembers that what is reported is to be had.
func (w *world) note() {
	if w.based && w.j.Rev() > 0 {
		w.have[w.j.Rev()] = true
	}
}

func (w *world) open() {
	j, err := Open(w.dir, Config{Log: quiet, SegmentBytes: 300, create: w.create, sync: w.sync})
	if err != nil {
		w.t.Fatal("open: ", err)
	}
	w.j = j
	w.fail = 0
	if j.Rev() == 0 {
		w.grow(1) // a cluster writes
		w.anew(true)
	}
	w.based = true
	w.note()
}

// crash ends the process; if the power fails, too, what was not synced is lost in part.
func (w *world) crash(power bool) {
	if w.j.file != nil {
		w.j.file.(*wfile).Close()
	}
	w.j.lock.Unlock()
	if !power {
		return
	}
	segs, _, _ := list(w.dir)
	for _, s := range segs {
		if keep := w.synced[s.Path]; keep < s.Size {
			os.Truncate(s.Path, keep+w.r.Int64N(s.Size-keep+1))
		}
	}
}

func (w *world) check(what string) {
	w.t.Helper()
	a, err := Read(w.dir)
	if err != nil {
		return
	}
	for rev := range w.have {
		tree, err := a.At(rev, nil)
		if err != nil {
			w.t.Fatalf("after %s: was durable: %v", what, err)
		}
		w.same(rev, tree)
	}
	for f, err := range a.Verify(nil) {
		if err != nil {
			w.t.Fatal(err)
		}
		if !f.Harmless {
			w.t.Fatalf("after %s: verify: %v", what, f.Err)
		}
	}
}

func (w *world) same(rev int64, tree *Tree) {
	w.t.Helper()
	want := w.tree(rev)
	if len(want) != len(tree.Files) {
		w.t.Fatalf("At(%d): %d files, want %d", rev, len(tree.Files), len(want))
	}
	for p, f := range want {
		if g := tree.Files[p]; g.Rev != f.Rev || string(g.Value) != string(f.Value) {
			w.t.Fatalf("At(%d): %s is %v, want %v", rev, p, g, f)
		}
	}
}

func newWorld(t *testing.T, seed uint64) *world {
	w := &world{t: t, r: rand.New(rand.NewPCG(seed, 1)), dir: t.TempDir(), synced: map[string]int64{}, have: map[int64]bool{}}
	w.open()
	w.feed(3)
	return w
}

func (w *world) step(gaps, power bool) string {
	switch op := w.r.IntN(14); {
	case op < 5:
		w.grow(1 + w.r.IntN(5))
		w.feed(1 + w.r.IntN(5))
		return "feed"
	case op < 6:
		w.j.Rotate()
		return "rotate"
	case op < 7:
		if w.based && w.j.Rev() > 0 {
			w.save(w.j.Rev())
		}
		return "snapshot"
	case op < 10:
		w.grow(1 + w.r.IntN(5))
		w.fail, w.noCut = 1+w.r.IntN(3), w.r.IntN(2) == 0
		w.feed(1 + w.r.IntN(5))
		w.fail = 0
		return "failing feed"
	case op < 11 && gaps:
		w.grow(1 + w.r.IntN(5))
		w.anew(w.r.IntN(2) == 0)
		return "begin"
	case op < 12:
		w.j.Close()
		w.open()
		return "close, open"
	default:
		w.crash(power)
		w.open()
		return "crash, open"
	}
}

// In all orders of commits, failures, crashes: what was durable can be had for ever, and verify finds no harm.
func TestHarshDurable(t *testing.T) {
	t.Parallel()
	const seeds = 20
	bad := map[string]int{}
	for _, mode := range []struct {
		name        string
		gaps, power bool
	}{{"kill", false, false}, {"kill, gaps", true, false}, {"power", false, true}, {"power, gaps", true, true}} {
		for seed := range uint64(seeds) {
			t.Run(fmt.Sprintf("%s/%d", mode.name, seed), func(t *testing.T) {
				defer func() {
					if t.Failed() {
						bad[mode.name]++
					}
				}()
				w := newWorld(t, seed)
				for i := range 40 {
					if what := w.step(mode.gaps, mode.power); i%7 == 6 {
						w.check(what)
					}
				}
				w.j.Close()
				w.check("close")
			})
		}
	}
	t.Log("failed, of", seeds, "each:", bad)
}

// Damage of all kinds: no panic, nothing untrue, nothing lost that was not hit.
func TestHarshDamage(t *testing.T) {
	t.Parallel()
	begun := time.Now()
	n := 0
	for seed := uint64(0); time.Since(begun) < 3*time.Second; seed++ {
		n++
		ok := t.Run(fmt.Sprint(seed), func(t *testing.T) {
			w := newWorld(t, seed)
			for range 25 {
				w.step(true, false)
			}
			w.j.Close()
			a, err := Read(w.dir)
			if err != nil {
				t.Fatal(err)
			}
			seen := func() map[int64]bool {
				m := map[int64]bool{}
				a, err := Read(w.dir)
				if err != nil {
					return m
				}
				last := int64(0)
				for r, err := range a.Records(0, math.MaxInt64) {
					if r == nil {
						if !ofContents(err) {
							t.Fatal(err)
						}
						continue
					}
					if r.Rev <= last {
						t.Fatalf("%d after %d", r.Rev, last)
					}
					last = r.Rev
					m[r.Rev] = true
					i := sort.Search(len(w.recs), func(i int) bool { return w.recs[i].Rev >= r.Rev })
					if i == len(w.recs) || w.recs[i].Rev != r.Rev || fmt.Sprint(w.recs[i].Changes) != fmt.Sprint(r.Changes) {
						t.Fatalf("a record that was never written: %v", r)
					}
				}
				return m
			}
			before := seen()
			// what lies where
			where := map[int64]string{}
			for i := range a.Segments {
				s := &a.Segments[i]
				for r, err := range s.scan {
					if err == nil && r.Rev <= s.UpTo {
						where[r.Rev] = s.Path
					}
				}
			}
			hit := map[string]bool{}
			var paths []string
			for _, s := range a.Segments {
				paths = append(paths, s.Path)
			}
			for _, s := range a.Snapshots {
				paths = append(paths, s.Path)
			}
			for range 1 + w.r.IntN(3) {
				p := paths[w.r.IntN(len(paths))]
				b, err := os.ReadFile(p)
				if err != nil {
					continue
				}
				hit[p] = true
				switch w.r.IntN(6) {
				case 0:
					os.Remove(p)
				case 1:
					os.Truncate(p, w.r.Int64N(int64(len(b))+1))
				case 2:
					q := paths[w.r.IntN(len(paths))]
					hit[q] = true
					os.Rename(p, filepath.Join(w.dir, "x"))
					os.Rename(q, p)
					os.Rename(filepath.Join(w.dir, "x"), q)
				case 3:
					if len(b) > 20 {
						i := w.r.IntN(len(b) - 10)
						copy(b[i:], b[w.r.IntN(len(b)):])
						os.WriteFile(p, b, 0o600)
					}
				default:
					if len(b) > 0 {
						b[w.r.IntN(len(b))] ^= 1 << w.r.IntN(8)
						os.WriteFile(p, b, 0o600)
					}
				}
			}
			after := seen()
			for rev := range before {
				if !after[rev] && !hit[where[rev]] {
					t.Fatalf("%d, in %s, is gone; hit was %v", rev, where[rev], hit)
				}
			}
			at := func() {
				a, err := Read(w.dir)
				if err != nil {
					return
				}
				spans, err := a.Spans(nil)
				if err != nil {
					t.Fatal(err)
				}
				for rev := int64(begin - 1); rev <= w.end()+1; rev++ {
					inSpan := false
					for _, s := range spans {
						inSpan = inSpan || s.First <= rev && rev <= s.Last
					}
					tree, err := a.At(rev, nil)
					if (err == nil) != inSpan {
						t.Fatalf("At(%d): %v, and spans %v", rev, err, spans)
					}
					if err == nil {
						w.same(rev, tree)
					} else if !errors.Is(err, ErrMissing) {
						t.Fatal(err)
					}
				}
				for _, err := range a.Verify(nil) {
					if err != nil {
						t.Fatal(err)
					}
				}
				if _, _, err := a.End(); err != nil {
					t.Fatal(err)
				}
			}
			at()
			// and it goes on
			w.synced = map[string]int64{}
			j, err := Open(w.dir, Config{Log: quiet, SegmentBytes: 300, create: w.create, sync: w.sync})
			if err != nil {
				if !errors.Is(err, ErrNotJournal) {
					t.Fatal(err)
				}
				return
			}
			w.j, w.based = j, true
			w.have = map[int64]bool{}
			if j.Rev() == 0 {
				w.grow(1)
				w.anew(true)
			}
			for range 10 {
				w.grow(2)
				w.feed(3)
			}
			w.j.Close()
			final := seen()
			for rev := range after {
				if !final[rev] {
					t.Fatalf("%d could be read before it was opened again", rev)
				}
			}
			at()
		})
		if !ok {
			t.Log("seed", seed)
			break
		}
	}
	t.Log(n, "folders")
}
