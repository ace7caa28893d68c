package client

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/bmizerany/assert"
)

// inside is how many goroutines are in a function of this package.
func inside(function string) int {
	buf := make([]byte, 16<<20)
	return strings.Count(string(buf[:runtime.Stack(buf, true)]), "client."+function+"(0x")
}

// A program gives its locks up by the context of its request, which has ended by then. That works, in the
// background, and costs nothing once the file is gone.
func TestUnlockWithEndedContextLeavesNothing(t *testing.T) {
	nodes := startCluster(t, 1, steady())
	c := dialed(t, Config{}, nodes[0].Started.Addr)
	s := newSession(t, c)
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	for i := range 20 {
		l, err := s.Lock(soon(t), fmt.Sprint("/l/", i))
		assert.Equal(t, nil, err)
		_ = l.Unlock(ended)
	}
	until(t, "all files are gone", func() bool { return !nodes[0].isDir("/l") })
	until(t, "nobody is about them any more", func() bool { return s.wanted() == 0 && inside("(*Session).clear") == 0 })
	assert.Equal(t, 1, inside("(*Session).follow"), "the session's own file is followed, and nothing else")
}

// wanted is how many places a session has.
func (s *Session) wanted() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.places)
}

func (r *running) isDir(path string) bool {
	_, rev := r.Store.View().Get(path)
	return rev == Dir
}

// And it does not cost the session, however often it is done.
func TestUnlockWithEndedContextKeepsSession(t *testing.T) {
	nodes := leased(t, 1, "2s")
	c := dialed(t, Config{}, nodes[0].Started.Addr)
	s := newSession(t, c)
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	for i := range 1100 {
		l, err := s.Lock(soon(t), fmt.Sprint("/l/", i%7))
		if err != nil {
			t.Fatalf("lock %d: %v", i, err)
		}
		_ = l.Unlock(ended)
	}
	begun := renewals(nodes[0], s)
	until(t, "it is renewed, or lost", func() bool { return s.Err() != nil || renewals(nodes[0], s) >= begun+3 })
	assert.Equal(t, nil, s.Err())
}

// A session takes as many locks as leave it the streams that it needs, and says so.
func TestManyLocksKeepSession(t *testing.T) {
	nodes := leased(t, 1, "2s")
	c := dialed(t, Config{}, nodes[0].Started.Addr)
	s := newSession(t, c)
	var held []*Lock
	for i := range MaxLocks {
		l, err := s.Lock(soon(t), fmt.Sprint("/l/", i))
		if err != nil {
			t.Fatalf("lock %d: %v", i, err)
		}
		held = append(held, l)
	}
	_, err := s.Lock(soon(t), "/more")
	assert.T(t, errors.Is(err, ErrTooManyLocks), err)
	_, err = c.Barrier("/more").Hold(soon(t), s)
	assert.T(t, errors.Is(err, ErrTooManyLocks), err)
	begun := renewals(nodes[0], s)
	until(t, "it is renewed, or lost", func() bool { return s.Err() != nil || renewals(nodes[0], s) >= begun+3 })
	assert.Equal(t, nil, s.Err())
	assert.Equal(t, nil, held[0].Unlock(soon(t)))
	_, err = s.Lock(soon(t), "/more")
	assert.Equal(t, nil, err)
}

// A directory in which an outcome was unknown is swept for as long as the session lives; of many the latest are.
func TestSweepIsBounded(t *testing.T) {
	nodes := startCluster(t, 1, steady())
	c := dialed(t, Config{}, nodes[0].Started.Addr)
	s := newSession(t, c)
	late := func(dir string) *place {
		p := &place{session: s, dir: dir, file: File{Path: s.prefix(dir) + "late"}}
		assert.Equal(t, nil, s.enter(p.file.Path))
		return p
	}
	for i := range 2 * maxSwept {
		for range 2 {
			late(fmt.Sprint("/l/", i)).forsake()
		}
	}
	until(t, "nothing is left of them", func() bool { return s.wanted() == 0 })
	until(t, "the latest are swept", func() bool { return inside("(*Session).follow") == maxSwept+1 })
	p := late(fmt.Sprint("/l/", 2*maxSwept-1))
	p.giveUp()
	until(t, "it is gone", func() bool { return s.wanted() == 0 })
	_, err := s.Set(soon(t), p.file.Path, Missing, nil)
	assert.Equal(t, nil, err)
	until(t, "it is deleted", func() bool { return !nodes[0].here(p.file.Path) })
}

// Who lost the lock since somebody wrote its file does not stand in the way of those who come.
func TestWrittenLockFileBlocksNobody(t *testing.T) {
	nodes := startCluster(t, 1, steady())
	c := dialed(t, Config{}, nodes[0].Started.Addr)
	a, b := newSession(t, c), newSession(t, c)
	first, err := a.Lock(soon(t), "/l")
	assert.Equal(t, nil, err)
	setFile(t, c, first.Path(), "somebody")
	ends(t, "the lock", first.Done())
	assert.T(t, errors.Is(first.Err(), ErrLockLost), first.Err())
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
	defer cancel()
	_, err = b.Lock(ctx, "/l")
	assert.Equal(t, nil, err)
}

// TryLock takes a lock that nobody holds, though others try in vain at the same time.
func TestTryLockOfMany(t *testing.T) {
	nodes := startCluster(t, 1, steady())
	c := dialed(t, Config{}, nodes[0].Started.Addr)
	s := newSession(t, c)
	var inside, won, lost atomic.Int64
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 50 {
				l, err := s.TryLock(soon(t), "/l")
				if errors.Is(err, ErrLocked) {
					lost.Add(1)
					continue
				}
				assert.Equal(t, nil, err)
				assert.Equal(t, int64(1), inside.Add(1))
				won.Add(1)
				inside.Add(-1)
				assert.Equal(t, nil, l.Unlock(soon(t)))
			}
		})
	}
	wg.Wait()
	t.Logf("won %d, lost %d", won.Load(), lost.Load())
	assert.Equal(t, 0, nodes[0].waiting("/l"))
}
