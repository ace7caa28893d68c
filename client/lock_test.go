package client

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/bmizerany/assert"
)

// waiting is how many stand in line for a lock, its holder included.
func (r *running) waiting(path string) int {
	n, rev := r.Store.View().Stat(path)
	if rev != Dir {
		return 0
	}
	return n
}

// A lock goes from one to the next, in the order in which they came, with tokens that go
// up.
func TestLock(t *testing.T) {
	nodes := startCluster(t, 1, steady())
	const path = "/lock/x"
	var tokens []int64
	first, err := newSession(t, dialed(t, Config{}, nodes[0].Started.Addr)).Lock(soon(t), path)
	assert.Equal(t, nil, err)
	tokens = append(tokens, first.Token())
	type won struct {
		i int
		l *Lock
	}
	wins := make(chan won)
	for i := range 5 {
		s := newSession(t, dialed(t, Config{}, nodes[0].Started.Addr))
		go func() {
			l, err := s.Lock(soon(t), path)
			assert.Equal(t, nil, err)
			wins <- won{i, l}
		}()
		until(t, "it stands in line", func() bool { return nodes[0].waiting(path) == i+2 })
	}
	assert.Equal(t, nil, first.Err())
	for l, i := first, 0; i < 5; i++ {
		assert.Equal(t, nil, l.Unlock(soon(t)))
		ends(t, "the lock", l.Done())
		assert.T(t, errors.Is(l.Err(), ErrUnlocked), l.Err())
		w := <-wins
		assert.Equal(t, i, w.i)
		l = w.l
		tokens = append(tokens, l.Token())
	}
	assert.T(t, slices.IsSorted(tokens), tokens)
	assert.Equal(t, 6, len(slices.Compact(tokens)))
	assert.Equal(t, 1, nodes[0].waiting(path))
}

// Who gives up waiting leaves nothing behind, and does not hold up those behind.
func TestLockGivenUp(t *testing.T) {
	nodes := startCluster(t, 1, steady())
	c := dialed(t, Config{}, nodes[0].Started.Addr)
	s := newSession(t, c)
	held, err := s.Lock(soon(t), "/l")
	assert.Equal(t, nil, err)
	ctx, cancel := context.WithCancel(t.Context())
	gaveUp := make(chan error)
	go func() {
		_, err := s.Lock(ctx, "/l")
		gaveUp <- err
	}()
	until(t, "the second stands in line", func() bool { return nodes[0].waiting("/l") == 2 })
	third := make(chan *Lock)
	go func() {
		l, err := s.Lock(soon(t), "/l")
		assert.Equal(t, nil, err)
		third <- l
	}()
	until(t, "the third stands in line", func() bool { return nodes[0].waiting("/l") == 3 })
	_, err = s.TryLock(soon(t), "/l")
	assert.T(t, errors.Is(err, ErrLocked), err)
	assert.Equal(t, 3, nodes[0].waiting("/l"))

	cancel()
	err = <-gaveUp
	assert.T(t, errors.Is(err, context.Canceled), err)
	until(t, "its file is gone", func() bool { return nodes[0].waiting("/l") == 2 })
	assert.Equal(t, nil, held.Unlock(soon(t)))
	l := <-third
	assert.Equal(t, nil, l.Unlock(soon(t)))
	assert.Equal(t, 0, nodes[0].waiting("/l"))

	l, err = s.TryLock(soon(t), "/l")
	assert.Equal(t, nil, err)
	rev, err := c.Commit(soon(t), l.Check(new(Txn).Set("/guarded", Missing, nil)))
	assert.Equal(t, nil, err)
	assert.Equal(t, nil, c.Del(soon(t), l.Path(), Clobber)) // somebody breaks it
	ends(t, "the lock", l.Done())
	assert.T(t, errors.Is(l.Err(), ErrLockLost), l.Err())
	_, err = c.Commit(soon(t), l.Check(new(Txn).Set("/guarded", rev, nil)))
	assert.T(t, errors.Is(err, ErrRevMismatch), err)

	setFile(t, c, "/file", "")
	_, err = s.Lock(soon(t), "/file")
	assert.T(t, errors.Is(err, ErrNotDir), err)
	c.Close()
	noneLeft(t)
}

// The lock of a session that ends is free; those who waited with that session are told.
func TestLockOfEndedSession(t *testing.T) {
	nodes := startCluster(t, 1, steady())
	c := dialed(t, Config{}, nodes[0].Started.Addr)
	a, b := newSession(t, c), newSession(t, c)
	held, err := a.Lock(soon(t), "/l")
	assert.Equal(t, nil, err)
	waited := make(chan error)
	go func() {
		_, err := a.Lock(soon(t), "/l")
		waited <- err
	}()
	until(t, "the second stands in line", func() bool { return nodes[0].waiting("/l") == 2 })
	next := make(chan *Lock)
	go func() {
		l, err := b.Lock(soon(t), "/l")
		assert.Equal(t, nil, err)
		next <- l
	}()
	until(t, "the third stands in line", func() bool { return nodes[0].waiting("/l") == 3 })
	assert.Equal(t, nil, a.Close(soon(t)))
	ends(t, "the lock", held.Done())
	assert.T(t, errors.Is(held.Err(), ErrSessionClosed), held.Err())
	err = <-waited
	assert.T(t, errors.Is(err, ErrSessionClosed), err)
	l := <-next
	assert.T(t, l.Token() > held.Token())
	_, err = a.Lock(soon(t), "/l")
	assert.T(t, errors.Is(err, ErrSessionClosed), err)
}

// A place that nobody knows the fate of does not block the line, however late it comes to
// be.
func TestForsakenPlace(t *testing.T) {
	nodes := startCluster(t, 1, steady())
	c := dialed(t, Config{}, nodes[0].Started.Addr)
	s := newSession(t, c)
	late := s.prefix("/l") + "late"
	(&place{session: s, dir: "/l", file: File{Path: late}}).forsake()
	for range 2 {
		_, err := s.Set(soon(t), late, Missing, nil) // a stopped node goes on
		assert.Equal(t, nil, err)
		l, err := s.Lock(soon(t), "/l")
		assert.Equal(t, nil, err)
		assert.T(t, !nodes[0].here(late))
		assert.Equal(t, nil, l.Unlock(soon(t)))
	}
}

// Elections are won in turn; who looks on sees the leaders, and that there is none.
func TestElection(t *testing.T) {
	nodes := startCluster(t, 1, steady())
	c := dialed(t, Config{}, nodes[0].Started.Addr)
	e := c.Election("/leader")
	a, b := newSession(t, c), newSession(t, c)
	seen := make(chan Leader)
	go func() {
		for l, err := range e.Observe(soon(t)) {
			if err != nil {
				break
			}
			seen <- l
		}
		close(seen)
	}()
	assert.Equal(t, int64(0), (<-seen).Token)

	first, err := e.Campaign(soon(t), a, []byte("a"))
	assert.Equal(t, nil, err)
	assert.Equal(t, Leader{[]byte("a"), first.Token(), first.Path()}, <-seen)
	second := make(chan *Leadership)
	go func() {
		l, err := e.Campaign(soon(t), b, []byte("b"))
		assert.Equal(t, nil, err)
		second <- l
	}()
	until(t, "b stands", func() bool { return nodes[0].waiting("/leader") == 2 })
	l, err := e.Leader(soon(t))
	assert.Equal(t, nil, err)
	assert.Equal(t, "a", string(l.Value))

	assert.Equal(t, nil, a.Close(soon(t)))
	won := <-second
	assert.Equal(t, Leader{[]byte("b"), won.Token(), won.Path()}, <-seen)
	assert.Equal(t, nil, won.Resign(soon(t)))
	assert.Equal(t, int64(0), (<-seen).Token)
	l, err = e.Leader(soon(t))
	assert.Equal(t, nil, err)
	assert.Equal(t, Leader{}, l)
	c.Close()
	_, open := <-seen
	assert.T(t, !open)
	noneLeft(t)
}

// Whose place in line went with the session learns that, also before the session's own watch has told.
func TestPlaceOfDeletedSession(t *testing.T) {
	nodes := startCluster(t, 1, steady())
	c := dialed(t, Config{}, nodes[0].Started.Addr)
	s := newSession(t, c)
	p, err := s.stand(soon(t), "/l", nil)
	assert.Equal(t, nil, err)
	assert.Equal(t, nil, c.Del(soon(t), p.file.Path, Clobber))
	_, err = p.look(soon(t), tooLate)
	assert.T(t, errors.Is(err, ErrLockLost), err)
	assert.Equal(t, nil, c.Del(soon(t), s.file(), Clobber))
	_, err = p.look(soon(t), tooLate)
	assert.T(t, errors.Is(err, ErrSessionLost), err)
}

// Who held a lock by a session that somebody deletes learns that, whichever of the two is seen to go first.
func TestLockOfDeletedSession(t *testing.T) {
	nodes := startCluster(t, 1, steady())
	c := dialed(t, Config{}, nodes[0].Started.Addr)
	for range 100 {
		s := newSession(t, c)
		l, err := s.Lock(soon(t), "/l")
		assert.Equal(t, nil, err)
		assert.Equal(t, nil, c.Del(soon(t), s.file(), Clobber))
		ends(t, "the lock", l.Done())
		assert.T(t, errors.Is(l.Err(), ErrSessionLost), l.Err())
	}
}

// What ends a loop says what it was about.
func TestLoopsSayWhatTheyWereAbout(t *testing.T) {
	c := dialed(t, Config{}, startNode(t, steady()).Started.Addr)
	for _, err := range c.Election("/a b").Observe(soon(t)) {
		assert.T(t, errors.Is(err, ErrBadPath) && strings.HasPrefix(err.Error(), "election /a b: "), err)
	}
	for _, err := range c.Services(soon(t), "/a b") {
		assert.T(t, errors.Is(err, ErrBadPath) && strings.HasPrefix(err.Error(), "services /a b: "), err)
	}
}
