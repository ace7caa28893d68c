package client

import (
	"context"
	"errors"
	"testing"

	"github.com/bmizerany/assert"

	"github.com/ha/doozer/proto"
)

// Settle is asked about a write whose outcome is unknown. As long as it could not find out it is unknown still,
// whatever kept it from that: the refusal of its own question is no answer to the one before.
func TestSettleKeepsUnknown(t *testing.T) {
	for _, refused := range []struct {
		code   proto.Response_Err
		detail string
	}{{proto.Response_READONLY, ""}, {proto.Response_OTHER, "permission denied"}} {
		c, p := pipe(t)
		go func() {
			q := p.recv()
			p.send(refusal(q, refused.code, refused.detail))
			p.recv()
		}()
		_, err := c.Settle(soon(t), "/f", 7, []byte("x"))
		assert.T(t, errors.Is(err, ErrOutcomeUnknown), err)
	}
}

// So it is when the context has ended already, as it may have when the write failed for that.
func TestSettleWithEndedContext(t *testing.T) {
	c, _ := pipe(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := c.Settle(ctx, "/f", 7, []byte("x"))
	assert.T(t, errors.Is(err, ErrOutcomeUnknown), err)
}

// And when no connection is left to ask on.
func TestSettleWithoutConnection(t *testing.T) {
	c, p := pipe(t)
	p.nc.Close()
	until(t, "the connection is lost", func() bool { return c.link.cur.Load().reason() != nil })
	_, err := c.Settle(soon(t), "/f", 7, []byte("x"))
	assert.T(t, errors.Is(err, ErrOutcomeUnknown), err)
}

// A transaction that is refused for a condition that may hold again later may happen yet, if a stopped node
// has it still. SettleCommit says "it did not happen" only of what never will.
func TestSettleCommitThatMayHappenYet(t *testing.T) {
	c := startNode(t, steady()).only(t)
	rev := setFile(t, c, "/f", "old")
	txn := new(Txn).Check("/maintenance", Missing).Set("/f", rev, []byte("ours"))
	// txn was sent, and is on its way; its outcome is unknown.
	setFile(t, c, "/maintenance", "")
	_, settled := c.SettleCommit(soon(t), txn, "/f")
	assert.Equal(t, nil, c.Del(soon(t), "/maintenance", Clobber))
	_, late := c.Commit(soon(t), txn) // it arrives
	if errors.Is(settled, ErrRevMismatch) && !errors.Is(settled, ErrOutcomeUnknown) && late == nil {
		t.Fatalf("SettleCommit said %q; the transaction happened afterwards", settled)
	}
}

// What no node would ever do was not done: there is nothing left to find out.
func TestSettleOfTheImpossible(t *testing.T) {
	c := startNode(t, steady()).only(t)
	_, err := c.Settle(soon(t), "bad", 7, []byte("x"))
	assert.T(t, errors.Is(err, ErrBadPath) && !errors.Is(err, ErrOutcomeUnknown), err)
	_, err = c.Settle(soon(t), "/f", 7, make([]byte, proto.MaxValue+1))
	assert.T(t, errors.Is(err, ErrValueTooLarge) && !errors.Is(err, ErrOutcomeUnknown), err)
}

// The file of a session that was lost may have been there before.
func TestSettleOfALostSession(t *testing.T) {
	c := startNode(t, steady()).only(t)
	s := newSession(t, c)
	assert.Equal(t, nil, s.Close(soon(t)))
	_, err := s.Settle(soon(t), "/f", Missing, []byte("x"))
	assert.T(t, errors.Is(err, ErrOutcomeUnknown) && errors.Is(err, ErrSessionClosed), err)
}
