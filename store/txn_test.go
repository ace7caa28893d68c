package store

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/bmizerany/assert"
)

// fewNames is a pair whose mutations meet each other's files, links and notes most of the time.
func fewNames(t *testing.T, seed uint64, cfg Config) *pair {
	p := newPair(t, seed, cfg)
	p.names = []string{"a", "b", "ctl"}
	return p
}

func (p *pair) crowdedPath() string {
	path := "/" + p.names[p.r.IntN(2)]
	if p.r.IntN(3) == 0 {
		path += "/" + p.names[p.r.IntN(2)]
	}
	switch p.r.IntN(8) {
	case 0, 1:
		return SessDir + path
	case 2:
		return GoneDir + path
	case 3, 4:
		return LinkDir + path
	case 5:
		return []string{SessDir, GoneDir, LinkDir, "/ctl", "/ctl/err", LinkDir + LinkDir + path, LinkDir + SessDir + path}[p.r.IntN(7)]
	}
	return path
}

// crowdedBatch is batch with transactions of many steps, of which most concern each other.
func (p *pair) crowdedBatch() {
	at := p.s.View().Applied()
	var entries []Entry
	var want []error
	for range 1 + p.r.IntN(4) {
		at++
		steps := make([]Step, 1+p.r.IntN(6))
		for i := range steps {
			steps[i] = Step{Kind: StepKind(p.r.IntN(3)), Path: p.crowdedPath(), Rev: Clobber}
			if steps[i].Kind == Check {
				_, steps[i].Rev = p.twin.get(steps[i].Path, at)
				steps[i].Rev = max(steps[i].Rev, 0)
			}
		}
		if p.r.IntN(4) == 0 {
			path := p.crowdedPath()
			m, _ := EncodeDel(path, Clobber)
			entries, want = append(entries, Entry{at, m}), append(want, p.twin.apply(at, path, nil, Clobber, true))
			continue
		}
		m, err := EncodeTxn(steps)
		if err != nil {
			at--
			continue
		}
		entries, want = append(entries, Entry{at, m}), append(want, p.twin.txn(at, steps))
	}
	got := p.s.Apply(entries, at, nil)
	for i := range want {
		if fmt.Sprint(got[i]) != fmt.Sprint(want[i]) {
			p.t.Fatalf("result of %d is %v, want %v", entries[i].Seqn, got[i], want[i])
		}
	}
}

// TestModelCrowded is TestModel where transactions write what others of their steps bring along.
func TestModelCrowded(t *testing.T) {
	for seed := range uint64(60) {
		p := fewNames(t, 500+seed, Config{History: 1 + int(seed)*7, HistoryBytes: 1 << 20})
		var all []*follower
		for range 80 {
			p.crowdedBatch()
			p.compareEvents()
			checkTree(t, p.s)
			p.compare(p.s.View())
			if applied, first := p.s.View().Applied(), p.s.FirstKept(); applied >= first {
				v, err := p.s.At(first + p.r.Int64N(applied-first+1))
				assert.Equal(t, nil, err)
				p.compare(v)
			}
			if p.r.IntN(3) == 0 {
				all = append(all, p.follow())
			}
			for _, f := range all {
				if p.r.IntN(4) == 0 {
					f.read(p.r.IntN(4))
				}
			}
		}
		for _, f := range all {
			f.finish(p)
			f.w.Close()
		}
	}
}

// A revision's changes come together to a watch that races with the writer, each once, whatever it takes at a time.
func TestWatchWholeWhileWriting(t *testing.T) {
	for seed := range uint64(6) {
		s, _ := New(Config{})
		w, err := s.Watch(mustGlob(t, "/x/**"), 0)
		assert.Equal(t, nil, err)
		const txns = 3000
		want := make([]int, txns+1)
		r := rand.New(rand.NewPCG(seed, 3))
		var log []Entry
		for at := int64(1); at <= txns; at++ {
			var steps []Step
			for k := range 1 + r.IntN(8) {
				steps = append(steps, Step{Set, fmt.Sprintf("/%c/%d", 'w'+rune(r.IntN(3)), k), nil, Clobber})
				if strings.HasPrefix(steps[k].Path, "/x") {
					want[at]++
				}
			}
			m, err := EncodeTxn(steps)
			assert.Equal(t, nil, err)
			log = append(log, Entry{at, m})
		}
		go func() {
			for i := 0; i < txns; {
				n := min(1+i%5, txns-i)
				s.Apply(log[i:i+n], log[i+n-1].Seqn, nil)
				i += n
				runtime.Gosched()
			}
		}()
		got, last := make([]int, txns+1), Event{}
		total := 0
		for _, n := range want {
			total += n
		}
		for n := 0; n < total; {
			<-w.Ready()
			events, err := w.Next(nil, 1+r.IntN(9))
			assert.Equal(t, nil, err)
			for _, ev := range events {
				assert.T(t, ev.Seqn > last.Seqn || ev.Seqn == last.Seqn && last.More, last, ev)
				assert.T(t, !last.More || last.Seqn == ev.Seqn, last, ev)
				last, n = ev, n+1
				got[ev.Seqn]++
			}
			assert.T(t, len(events) == 0 || !last.More, last)
		}
		assert.T(t, slices.Equal(want, got))
		w.Close()
	}
}

// A transaction is refused that writes a path which another of its steps brings along: else two changes
// of one path have one revision, and the one that was asked for and acknowledged is undone.
func TestTxnDoesNotUndoItself(t *testing.T) {
	s, _ := New(Config{})
	s.Apply([]Entry{{1, set("/a")}, {2, set("/ctl/sess/s")}, {3, set("/ctl/link/a")}}, 3, nil)
	m, err := EncodeTxn([]Step{{Del, "/a", nil, Clobber}, {Set, "/ctl/link/a", []byte("s"), Clobber},
		{Del, "/ctl/sess/s", nil, Clobber}, {Set, "/ctl/gone/s", []byte("mine"), Clobber}})
	if errors.Is(err, ErrBadStep) {
		return
	}
	if r := s.Apply([]Entry{{4, m}}, 4, nil); r[0] != nil {
		return
	}
	seen := map[string]int{}
	for _, ev := range s.Events(4, 4, nil) {
		seen[ev.Path]++
	}
	for path, n := range seen {
		if n > 1 {
			t.Errorf("%s changed %d times at one revision", path, n)
		}
	}
	if v, rev := s.View().Get("/ctl/link/a"); rev != 4 || string(v) != "s" {
		t.Errorf("/ctl/link/a was acknowledged as set at 4, and is %q at %d", v, rev)
	}
	if v, _ := s.View().Get("/ctl/gone/s"); string(v) != "mine" {
		t.Errorf("/ctl/gone/s was acknowledged as %q, and is %q", "mine", v)
	}
}

// What one frame of a client can make a node, and so all nodes, do and keep is in proportion to its size.
func TestDeepTxnIsBounded(t *testing.T) {
	heap := func() int64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		return int64(m.HeapAlloc)
	}
	s, _ := New(Config{})
	var steps []Step
	for i := range MaxSteps {
		steps = append(steps, Step{Set, fmt.Sprintf("/x%03d", i) + strings.Repeat("/a", MaxNames-1), nil, Clobber})
	}
	_, err := EncodeTxn(steps)
	assert.T(t, errors.Is(err, ErrTxnNames), err)
	for i := range steps {
		steps[i].Path = fmt.Sprintf("/x%03d", i) + strings.Repeat("/"+strings.Repeat("a", 127), MaxTxnNames/MaxSteps-1)
	}
	m, err := EncodeTxn(steps)
	assert.Equal(t, nil, err)
	before, begun := heap(), time.Now()
	s.Apply([]Entry{{1, m}}, 1, nil)
	took, grew := time.Since(begun), heap()-before
	t.Logf("%d bytes: applied in %v, kept in %d MB", len(m), took, grew>>20)
	assert.T(t, grew < 200*int64(len(m)), grew)
	runtime.KeepAlive(s)
}
