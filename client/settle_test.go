package client

import (
	"context"
	"errors"
	"testing"

	"github.com/bmizerany/assert"

	"github.com/ha/doozer/proto"
)

// After an unknown outcome, Settle tells what happened, whatever was written since.
func TestSettle(t *testing.T) {
	node := startNode(t, steady())
	c := node.only(t)
	set := func(rev int64, value string) int64 {
		t.Helper()
		newRev, err := c.Set(soon(t), "/f", rev, []byte(value))
		assert.Equal(t, nil, err)
		return newRev
	}
	settle := func(rev int64, value string) (int64, error) {
		return c.Settle(soon(t), "/f", rev, []byte(value))
	}

	created, err := settle(Missing, "a") // it had not happened
	assert.Equal(t, nil, err)
	again, err := settle(Missing, "a") // it had
	assert.Equal(t, nil, err)
	assert.Equal(t, created, again)

	ours := set(created, "ours")
	theirs := set(ours, "theirs")
	set(theirs, "theirs too")
	rev, err := settle(created, "ours")
	assert.Equal(t, nil, err)
	assert.Equal(t, ours, rev)
	_, err = settle(created, "not ours")
	assert.T(t, errors.Is(err, ErrRevMismatch), err)
	_, err = settle(Missing, "not ours")
	assert.T(t, errors.Is(err, ErrRevMismatch), err)

	assert.Equal(t, nil, c.Del(soon(t), "/f", Clobber))
	last, err := settle(Missing, "b")
	assert.Equal(t, nil, err)
	rev, err = settle(created, "ours") // before the deletion
	assert.Equal(t, nil, err)
	assert.Equal(t, ours, rev)
	value, rev, err := c.Get(soon(t), "/f")
	assert.Equal(t, nil, err)
	assert.Equal(t, "b", string(value))
	assert.Equal(t, last, rev)

	_, err = settle(Clobber, "c")
	assert.NotEqual(t, nil, err)
}

// A transaction is told by one of its files; which step is in the way makes no difference.
func TestSettleCommit(t *testing.T) {
	node := startNode(t, steady())
	c := node.only(t)
	txn := new(Txn).Check("/guard", Missing).Set("/f", Missing, []byte("ours")).Del("/old", Clobber)
	rev, err := c.SettleCommit(soon(t), txn, "/f")
	assert.Equal(t, nil, err)
	setFile(t, c, "/f", "theirs")
	again, err := c.SettleCommit(soon(t), txn, "/f")
	assert.Equal(t, nil, err)
	assert.Equal(t, rev, again)

	guard := setFile(t, c, "/guard", "")
	again, err = c.SettleCommit(soon(t), txn, "/f")
	assert.Equal(t, nil, err)
	assert.Equal(t, rev, again)
	_, now, err := c.Get(soon(t), "/f")
	assert.Equal(t, nil, err)
	late := new(Txn).Check("/guard", guard-1).Set("/f", now, []byte("ours too"))
	_, err = c.SettleCommit(soon(t), late, "/f")
	assert.T(t, errors.Is(err, ErrRevMismatch), err)
	step, ok := FailedStep(err)
	assert.T(t, ok && step == 0, err)
	_, err = c.SettleCommit(soon(t), new(Txn).Check("/guard", Clobber).Set("/new", Missing, []byte("x")).Check("/none", 1), "/new")
	assert.T(t, errors.Is(err, ErrOutcomeUnknown), err)
	_, err = c.SettleCommit(soon(t), txn, "/old")
	assert.NotEqual(t, nil, err)

	s := newSession(t, dialed(t, Config{}, node.Started.Addr))
	rev, err = s.Set(soon(t), "/e", Missing, []byte("x"))
	assert.Equal(t, nil, err)
	again, err = s.Settle(soon(t), "/e", Missing, []byte("x"))
	assert.Equal(t, nil, err)
	assert.Equal(t, rev, again)
}

// What the history does not tell any more is unknown, and said to be.
func TestSettleTooLate(t *testing.T) {
	cfg := steady()
	cfg.History = 64
	node := startNode(t, cfg)
	c := dialed(t, Config{}, node.Started.Addr)
	rev, err := c.Set(soon(t), "/f", Missing, []byte("first"))
	assert.Equal(t, nil, err)
	for range 200 {
		_, err := c.Set(soon(t), "/f", Clobber, []byte("theirs"))
		assert.Equal(t, nil, err)
	}
	_, err = c.Settle(soon(t), "/f", rev, []byte("ours"))
	assert.T(t, errors.Is(err, ErrOutcomeUnknown), err)
	assert.T(t, errors.Is(err, ErrTooLate), err)
}

// It asks until it knows, and writes with the same compare each time.
func TestSettleAsksAgain(t *testing.T) {
	c, p := pipe(t)
	done := make(chan int64)
	go func() {
		rev, err := c.Settle(soon(t), "/f", 7, []byte("x"))
		assert.Equal(t, nil, err)
		done <- rev
	}()
	for i := range 3 {
		q := p.expect(proto.Request_SET)
		assert.Equal(t, int64(7), q.GetRev())
		if i < 2 {
			p.send(refusal(q, proto.Response_OTHER, "outcome unknown"))
			continue
		}
		r := answer(q, 3)
		r.Rev = ptr[int64](9)
		p.send(r)
	}
	assert.Equal(t, int64(9), <-done)
}

// A context that ends leaves the outcome unknown.
func TestSettleEnds(t *testing.T) {
	c, p := pipe(t)
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		p.expect(proto.Request_SET)
		cancel()
		p.recv()
	}()
	_, err := c.Settle(ctx, "/f", 7, []byte("x"))
	assert.T(t, errors.Is(err, ErrOutcomeUnknown), err)
	assert.T(t, errors.Is(err, context.Canceled), err)
}

// A loop over a watch may break off, and go on.
func TestWatchAll(t *testing.T) {
	node := startNode(t, steady())
	c := node.only(t)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	w, err := c.Watch(ctx, "/f", 0)
	assert.Equal(t, nil, err)
	defer w.Close()
	for range 3 {
		_, err := c.Set(soon(t), "/f", Clobber, nil)
		assert.Equal(t, nil, err)
	}
	var revs []int64
	for ev, err := range w.All() {
		assert.Equal(t, nil, err)
		if revs = append(revs, ev.Rev); len(revs) == 2 {
			break
		}
	}
	last := error(nil)
	for ev, err := range w.All() {
		if last = err; err == nil {
			revs = append(revs, ev.Rev)
			cancel()
		}
	}
	assert.Equal(t, 3, len(revs))
	assert.T(t, revs[0] < revs[1] && revs[1] < revs[2], revs)
	assert.T(t, errors.Is(last, context.Canceled), last)
}
