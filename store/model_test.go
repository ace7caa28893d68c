package store

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/bmizerany/assert"
)

// pair is a store and its twin, fed with the same random mutations.
type pair struct {
	t     *testing.T
	r     *rand.Rand
	s     *Store
	twin  *twin
	names []string
	done  int // transactions that did not fail
	last  int // events of the last batch
	log   []Entry
}

func newPair(t *testing.T, seed uint64, cfg Config) *pair {
	s, err := New(cfg)
	assert.Equal(t, nil, err)
	p := &pair{t: t, r: rand.New(rand.NewPCG(seed, 1)), s: s, twin: newTwin()}
	p.names = []string{"a", "b", "a-b", "a.b", "ctl", "err", "c0", "zz", "A", "_"}
	for i := range p.r.IntN(60) {
		p.names = append(p.names, fmt.Sprintf("name-%d", i))
	}
	return p
}

func (p *pair) path() string {
	path := ""
	for range 1 + p.r.IntN(3) {
		path += "/" + p.names[p.r.IntN(len(p.names))]
	}
	switch p.r.IntN(50) {
	case 0:
		return "/"
	case 1, 2, 3:
		return "/ctl/sess" + path
	case 4, 5, 6:
		return "/ctl/link" + path
	}
	return path
}

// batch applies some random mutations, with nops between them, to both.
func (p *pair) batch() {
	at := p.s.View().Applied()
	p.last = len(p.twin.events)
	var entries []Entry
	var want []error
	for range p.r.IntN(12) {
		at += 1 + int64(p.r.IntN(3))
		m, err := p.mutation(at)
		entries = append(entries, Entry{at, m})
		want = append(want, err)
	}
	p.log = append(p.log, entries...)
	got := p.s.Apply(entries, at+int64(p.r.IntN(2)), nil)
	p.last = len(p.twin.events) - p.last
	assert.Equal(p.t, len(want), len(got))
	for i := range got {
		if fmt.Sprint(got[i]) != fmt.Sprint(want[i]) {
			p.t.Fatalf("result of %d is %v, want %v", entries[i].Seqn, got[i], want[i])
		}
	}
}

func (p *pair) mutation(at int64) ([]byte, error) {
	if p.r.IntN(20) == 0 {
		p.twin.rev = at
		return EncodeNop(), nil
	}
	if p.r.IntN(4) == 0 {
		return p.txn(at)
	}
	path, del := p.path(), p.r.IntN(3) == 0
	value := []byte(fmt.Sprint("v", at))[:p.r.IntN(3)]
	rev := Clobber
	if p.r.IntN(3) == 0 {
		rev = int64(p.r.IntN(int(at) + 1))
	}
	var m []byte
	var err error
	if del {
		m, err = EncodeDel(path, rev)
	} else {
		m, err = EncodeSet(path, value, rev)
	}
	assert.Equal(p.t, nil, err)
	return m, p.twin.apply(at, path, value, rev, del)
}

// txn is a transaction that could be meant; most that could are done.
func (p *pair) txn(at int64) ([]byte, error) {
	for {
		steps := make([]Step, 1+p.r.IntN(5))
		for i := range steps {
			st := Step{Kind: StepKind(p.r.IntN(3)), Path: p.path(), Rev: Clobber}
			_, st.Rev = p.twin.get(st.Path, at)
			if st.Rev = max(st.Rev, Clobber); p.r.IntN(8) == 0 {
				st.Rev = p.r.Int64N(at+2) - 1
			}
			if st.Kind == Set {
				st.Value = []byte(fmt.Sprint("t", at))[:p.r.IntN(3)]
			}
			steps[i] = st
		}
		if m, err := EncodeTxn(steps); err == nil {
			err := p.twin.txn(at, steps)
			if err == nil {
				p.done++
			}
			return m, err
		} else if !errors.Is(err, ErrBadStep) && !errors.Is(err, ErrNotDir) {
			p.t.Fatal(err)
		}
	}
}

var modelGlobs = []string{"/**", "/*", "/a*/**", "/*/a", "/**b", "/ctl/*", "/a/b", "/name-?/**/a", "/?", "/**-b/*", "/a**/*b"}

// compare holds a view against the twin at its revision.
func (p *pair) compare(v View) {
	at := v.Applied()
	paths := []string{"/", "/none", "/a/none"}
	for path := range p.twin.files {
		paths = append(paths, path, parent(path), path+"/x")
	}
	slices.Sort(paths)
	for _, path := range slices.Compact(paths) {
		value, rev := v.Get(path)
		wantValue, wantRev := p.twin.get(path, at)
		if rev != wantRev || string(value) != string(wantValue) {
			p.t.Fatalf("at %d: Get(%s) = %q, %d; want %q, %d", at, path, value, rev, wantValue, wantRev)
		}
		p.compareDir(v, path, rev, len(value))
	}
	glob := modelGlobs[p.r.IntN(len(modelGlobs))]
	p.compareWalk(v, glob)
}

func (p *pair) compareDir(v View, path string, rev int64, size int) {
	n, statRev := v.Stat(path)
	assert.Equal(p.t, rev, statRev)
	if rev != Dir {
		assert.Equal(p.t, size, n)
		_, err := v.Entry(path, 0)
		want := map[bool]error{true: ErrNoEnt, false: ErrNotDir}[rev == Missing]
		assert.Equal(p.t, want, err)
		_, err = v.Entries(path, 0)
		assert.Equal(p.t, want, err)
		return
	}
	want := p.twin.list(path, v.Applied())
	assert.Equal(p.t, len(want), n)
	for i, name := range want {
		got, err := v.Entry(path, i)
		if got != name || err != nil {
			p.t.Fatalf("at %d: Entry(%s, %d) = %q, %v; want %q", v.Applied(), path, i, got, err, name)
		}
	}
	for _, i := range []int{-1, n, n + 70} {
		_, err := v.Entry(path, i)
		assert.Equal(p.t, ErrRange, err)
	}
	from := p.r.IntN(n + 2)
	seq, err := v.Entries(path, from)
	assert.Equal(p.t, nil, err)
	got := slices.Collect(seq)
	assert.T(p.t, slices.Equal(want[min(from, n):], got), path, got)
}

func (p *pair) compareWalk(v View, glob string) {
	g, err := CompileGlob(glob)
	assert.Equal(p.t, nil, err)
	want := p.twin.walk("/", toRegexp(glob), v.Applied())
	var got []string
	v.Walk(g, func(path string, value []byte, rev int64) bool {
		wantValue, wantRev := p.twin.get(path, v.Applied())
		assert.Equal(p.t, string(wantValue), string(value))
		assert.Equal(p.t, wantRev, rev)
		got = append(got, path)
		return true
	})
	if !slices.Equal(want, got) {
		p.t.Fatalf("at %d: Walk(%s) = %q; want %q", v.Applied(), glob, got, want)
	}
	for range 3 {
		i := p.r.IntN(len(want)+2) - 1
		path, value, rev, ok := v.WalkAt(g, i)
		assert.Equal(p.t, i >= 0 && i < len(want), ok)
		if ok {
			wantValue, wantRev := p.twin.get(path, v.Applied())
			assert.Equal(p.t, want[i], path)
			assert.T(p.t, wantRev == rev && string(wantValue) == string(value), path)
		}
	}
}

func (p *pair) compareEvents() {
	v := p.s.View()
	from := p.s.FirstKept() + 1
	want := p.twin.since("/**", from, v.Applied()-2)
	got := p.s.Events(from, v.Applied()-2, nil)
	if !slices.EqualFunc(want, got, sameEvent) {
		p.t.Fatalf("events from %d: %v; want %v", from, got, want)
	}
	assert.Equal(p.t, p.twin.rev, v.Rev())
}

// TestModel compares everything that can be read with the twin, at the newest
// revision, at all older ones that are kept, and by views that are held long
// after what they show was trimmed.
func TestModel(t *testing.T) {
	for seed := range uint64(8) {
		cfg := Config{History: 1 + int(seed)*10, HistoryBytes: 1 << 20}
		if seed%4 == 3 {
			cfg.HistoryBytes = 5000
		}
		p := newPair(t, seed, cfg)
		var held []View
		for i := range 40 {
			p.batch()
			p.compareEvents()
			checkTree(t, p.s)
			p.compare(p.s.View())
			first, applied := p.s.FirstKept(), p.s.View().Applied()
			if applied >= first {
				v, err := p.s.At(first + p.r.Int64N(applied-first+1))
				assert.Equal(t, nil, err)
				p.compare(v)
				if i%8 == 0 {
					held = append(held, v, p.s.View())
				}
			}
		}
		for _, v := range held {
			p.compare(v)
		}
		p.compareKept(cfg)
	}
}

func (p *pair) compareKept(cfg Config) {
	first, applied := p.s.FirstKept(), p.s.View().Applied()
	for at := first; at <= applied; at++ {
		v, err := p.s.At(at)
		assert.Equal(p.t, nil, err)
		p.compare(v)
	}
	_, err := p.s.At(first - 1)
	assert.T(p.t, errors.Is(err, ErrTooLate), err)
	_, err = p.s.At(applied + 1)
	assert.T(p.t, errors.Is(err, ErrFuture), err)
	kept := len(p.twin.since("/**", first+1, applied))
	assert.T(p.t, kept <= max(cfg.History, p.last), kept)
	assert.T(p.t, p.done > 5, p.done)
	h := &p.s.now.Load().hist
	assert.T(p.t, kept >= min(cfg.History, 50) || h.bytes > 4000, kept)
}

// checkTree checks the B-trees' invariants, and that each number is of one path.
func checkTree(t *testing.T, s *Store) {
	tr := &s.now.Load().tree
	used := map[uint32]bool{}
	for _, n := range tr.levels {
		if n != nil {
			checkNode(t, tr, n, "", "\xff", used)
		}
	}
	assert.Equal(t, s.ids.used(), len(used))
	for _, id := range s.ids.free {
		assert.T(t, !used[id] && tr.versions.get(id) == nil, id)
	}
}

// checkNode returns the height and the number of living entries below n.
func checkNode(t *testing.T, tr *tree, n *node, low, high string, used map[uint32]bool) (height, living int) {
	keys := n.keys.keys
	assert.T(t, slices.IsSorted(keys) && len(keys) > 0 && len(keys) <= fan, keys)
	if n.leaf() {
		assert.Equal(t, len(keys), len(n.ids))
		assert.T(t, keys[0] >= low && keys[len(keys)-1] < high, keys, low, high)
		for i, id := range n.ids {
			v := tr.versions.get(id)
			assert.Equal(t, keys[i], v.rec.path())
			assert.Equal(t, v.living(), n.live>>i&1 == 1)
			assert.T(t, !used[id], id)
			used[id] = true
		}
		return 1, n.living()
	}
	assert.Equal(t, len(keys), len(n.kids))
	for i, k := range n.kids {
		l, h := low, high
		if i > 0 {
			l = keys[i]
		}
		if i+1 < len(keys) {
			h = keys[i+1]
		}
		kh, kl := checkNode(t, tr, k.node, l, h, used)
		assert.Equal(t, k.living, kl)
		assert.T(t, height == 0 || height == kh)
		height, living = kh, living+kl
	}
	return height + 1, living
}
