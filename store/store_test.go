package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/bmizerany/assert"
)

func TestEncodeLimits(t *testing.T) {
	_, err := EncodeSet("/a", make([]byte, MaxValue+1), Clobber)
	assert.T(t, errors.Is(err, ErrValueTooLarge), err)
	name := strings.Repeat("x", MaxPath-1)
	_, err = EncodeSet("/x"+name, nil, Clobber)
	assert.T(t, errors.Is(err, ErrBadPath), err)
	_, err = EncodeDel("a", Clobber)
	assert.T(t, errors.Is(err, ErrBadPath), err)

	value := bytes.Repeat([]byte("v"), MaxValue)
	m, err := EncodeSet("/"+name, value, Clobber)
	assert.Equal(t, nil, err)
	s, _ := New(Config{})
	assert.Equal(t, []error{nil}, s.Apply([]Entry{{1, m}}, 1, nil))
	got, rev := s.View().Get("/" + name)
	assert.T(t, rev == 1 && bytes.Equal(value, got))
}

// TestMutationTooLarge: what no encoder makes is refused all the same.
func TestMutationTooLarge(t *testing.T) {
	s, _ := New(Config{})
	big := append([]byte{formOne, 1}, makeRecord(kindSet, "/a", make([]byte, MaxValue+1))...)
	long := append([]byte{formOne, 1}, makeRecord(kindSet, "/"+strings.Repeat("x", MaxPath), nil)...)
	results := s.Apply([]Entry{{1, big}, {2, long}, {3, nil}}, 3, nil)
	assert.Equal(t, []error{ErrValueTooLarge, ErrBadPath, ErrBadMutation}, results)
}

func TestDeepPath(t *testing.T) {
	s, _ := New(Config{})
	_, err := EncodeSet(strings.Repeat("/d", MaxNames+1), nil, 0)
	assert.T(t, errors.Is(err, ErrBadPath), err)
	path := strings.Repeat("/"+strings.Repeat("d", MaxPath/MaxNames-1), MaxNames)
	s.Apply([]Entry{{1, set(path)}}, 1, nil)
	_, rev := s.View().Get(path)
	assert.Equal(t, int64(1), rev)
	checkTree(t, s)
	m, _ := EncodeDel(path, Clobber)
	s.Apply([]Entry{{2, m}}, 2, nil)
	n, rev := s.View().Stat("/")
	assert.T(t, n == 0 && rev == Dir, n, rev)
	assert.Equal(t, 2, len(s.Events(1, 2, nil)))
}

// TestFailures tells each failure where it belongs, and what it leaves behind.
func TestFailures(t *testing.T) {
	type step struct {
		path string
		rev  int64
		del  bool
		want error
	}
	s, _ := New(Config{})
	for i, c := range []step{
		{"/", Clobber, false, ErrIsDir},
		{"/", Clobber, true, ErrIsDir},
		{"/a/b", 0, false, nil},
		{"/a/b", 0, false, ErrRevMismatch},
		{"/a/b", 2, false, ErrRevMismatch},
		{"/a/b", 3, false, nil},
		{"/a/b", 1 << 60, false, nil},
		{"/a/b", -2, false, ErrRevMismatch},
		{"/a", Clobber, false, ErrIsDir},
		{"/a", 0, true, ErrIsDir},
		{"/a/b/c", 0, false, ErrNotDir},
		{"/a/b/c/d", -7, false, ErrNotDir},
		{"/a/b/c", 0, true, nil},
		{"/none", 0, true, nil},
		{"/none", -7, true, ErrRevMismatch},
		{"/a/b", 0, true, ErrRevMismatch},
		{"/a/b", 7, true, nil},
	} {
		seqn := int64(i + 1)
		m, _ := EncodeSet(c.path, []byte("x"), c.rev)
		if c.del {
			m, _ = EncodeDel(c.path, c.rev)
		}
		_, before := s.View().Get("/ctl/err")
		got := s.Apply([]Entry{{seqn, m}}, seqn, nil)[0]
		if got != c.want {
			t.Fatalf("%v: %v", c, got)
		}
		text, rev := s.View().Get("/ctl/err")
		if c.want == nil {
			assert.Equal(t, before, rev)
			continue
		}
		assert.T(t, rev == seqn && string(text) == c.want.Error(), string(text))
		e := s.Events(seqn, seqn, nil)
		assert.T(t, len(e) == 1 && e[0].Path == "/ctl/err" && e[0].Rev == seqn, e)
	}
	_, rev := s.View().Get("/a")
	assert.Equal(t, Missing, rev)
}

// TestNoPlaceForErrors: clients may put a file where /ctl/err cannot be then.
func TestNoPlaceForErrors(t *testing.T) {
	for _, path := range []string{"/ctl", "/ctl/err/x"} {
		s, _ := New(Config{})
		got := s.Apply([]Entry{{1, set(path)}, {2, []byte("?")}}, 2, nil)
		assert.Equal(t, []error{nil, ErrBadMutation}, got)
		assert.Equal(t, 1, len(s.Events(1, 2, nil)))
		assert.Equal(t, int64(2), s.View().Rev())
		checkTree(t, s)
	}
}

func TestNops(t *testing.T) {
	s, _ := New(Config{History: 2})
	s.Apply([]Entry{{5, set("/a")}}, 10, nil)
	s.Apply(nil, 20_000, nil)
	v := s.View()
	assert.T(t, v.Applied() == 20_000 && v.Rev() == 5, v.Applied(), v.Rev())
	s.Apply([]Entry{{20_001, EncodeNop()}}, 20_005, nil)
	assert.Equal(t, int64(20_001), s.View().Rev())
	assert.Equal(t, int64(1), s.FirstKept())
	old, err := s.At(4)
	assert.Equal(t, nil, err)
	_, rev := old.Get("/a")
	assert.Equal(t, Missing, rev)
}

// TestHistoryBytes keeps what is replaced within the bound, whatever its size.
func TestHistoryBytes(t *testing.T) {
	const bound = 10 << 20
	s, _ := New(Config{HistoryBytes: bound})
	for at := int64(1); at <= 200; at++ {
		m, _ := EncodeSet(fmt.Sprint("/", at%3), make([]byte, MaxValue/2), Clobber)
		s.Apply([]Entry{{at, m}}, at, nil)
	}
	h := &s.now.Load().hist
	assert.T(t, h.bytes <= bound && h.bytes > bound*9/10, h.bytes)
	assert.Equal(t, int64(200-h.events), s.FirstKept())
	held := len(h.chunks) * chunkSize
	assert.T(t, held < h.events+2*chunkSize, held, h.events)
}

// TestLongChain reads one much-written file at all its revisions: the way there is
// short, by the jumps.
func TestLongChain(t *testing.T) {
	const writes = 20_000
	s, _ := New(Config{History: writes / 2})
	for at := int64(1); at <= writes; at++ {
		s.Apply([]Entry{{at, set("/a")}}, at, nil)
	}
	newest := s.View().version("/a")
	h := &s.now.Load().hist
	for at := s.FirstKept(); at <= writes; at += 7 {
		steps := 0
		v := newest
		for ; v.seqn > at; steps++ {
			if j := h.jump(v); j.seqn > at && j != v {
				v = j
			} else {
				v = h.slot(v.idx).old
			}
		}
		assert.T(t, v.seqn == at && h.asOf(newest, at) == v, at)
		assert.T(t, steps < 60, steps)
	}
}

// TestPages reads listings of an old revision piece by piece: no number of steps
// that grows with what was read before.
func TestPages(t *testing.T) {
	const files = 3000
	s, paths, _ := filled(t, Config{}, files)
	s.Apply([]Entry{{files + 1, set("/bench/zz")}}, files+1, nil)
	v, err := s.At(files)
	assert.Equal(t, nil, err)
	g := mustGlob(t, "/bench/*")
	for i, path := range paths {
		name, err := v.Entry("/bench", i)
		assert.T(t, err == nil && "/bench/"+name == path, name, err)
		got, _, rev, ok := v.WalkAt(g, i)
		assert.T(t, ok && got == path && rev == int64(i+1), got)
	}
	for _, l := range []listing{v.list("/bench"), v.matches(g)} {
		for _, n := range []int{files - 1, files / 2, 5} {
			steps := 0
			scan := l.scan
			counted := listing{l.key, func(from string, yield func(string) bool) {
				scan(from, func(path string) bool { steps++; return yield(path) })
			}}
			path, ok := s.pages.find(counted, n)
			assert.T(t, ok && path == paths[n] && steps <= pageEvery, path, steps)
		}
		assert.Equal(t, files, s.pages.count(l))
	}
	assert.T(t, len(s.pages.recent) <= maxPages)
}

func TestAwait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, _ := New(Config{})
		ctx, cancel := context.WithCancel(t.Context())
		woken := make(chan int64, 10)
		for _, rev := range []int64{3, 1, 2, 9} {
			go func() {
				if err := s.Await(ctx, rev); err != nil {
					rev = -rev
				}
				woken <- rev
			}()
		}
		synctest.Wait()
		assert.Equal(t, 0, len(woken))
		s.Apply(nil, 1, nil)
		assert.Equal(t, int64(1), <-woken)
		s.Apply(nil, 5, nil)
		assert.Equal(t, int64(5), <-woken+<-woken)
		cancel()
		assert.Equal(t, int64(-9), <-woken)
		synctest.Wait()
		assert.T(t, len(s.waiters.heap) == 0 && s.waiters.lowest.Load() == 0)
		assert.Equal(t, nil, s.Await(ctx, 5))
	})
}

func TestConfig(t *testing.T) {
	for _, cfg := range []Config{{History: -1}, {HistoryBytes: -1}, {History: 1<<30 + 1}} {
		_, err := New(cfg)
		assert.T(t, errors.Is(err, ErrBadConfig), err)
	}
	s, err := New(Config{})
	assert.Equal(t, nil, err)
	assert.Equal(t, Config{360_000, 256 << 20}, s.cfg)
	_, err = s.At(0)
	assert.T(t, errors.Is(err, ErrTooLate), err)
	_, err = s.At(1)
	assert.T(t, errors.Is(err, ErrFuture), err)
	assert.Equal(t, int64(0), s.View().Applied())
}
