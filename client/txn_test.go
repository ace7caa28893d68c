package client

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/bmizerany/assert"
)

func TestTxn(t *testing.T) {
	c := startNode(t, steady()).only(t)
	a, err := c.Set(soon(t), "/a", Missing, []byte("1"))
	assert.Equal(t, nil, err)
	w, err := c.Watch(soon(t), "/*", 0)
	assert.Equal(t, nil, err)
	move := new(Txn).Check("/a", a).Del("/a", a).Set("/b", Missing, []byte("1"))
	rev, err := c.Commit(soon(t), move)
	assert.T(t, err == nil && rev > a, err)
	for _, want := range []Event{{Path: "/a", Rev: rev, Del: true, More: true}, {Path: "/b", Rev: rev, Value: []byte("1")}} {
		got, err := w.Next()
		assert.Equal(t, nil, err)
		assert.Equal(t, fmt.Sprint(want), fmt.Sprint(got))
	}
	_, err = c.Commit(soon(t), move)
	step, ok := FailedStep(err)
	assert.T(t, errors.Is(err, ErrRevMismatch) && ok && step == 0, err)
	assert.Equal(t, "txn: revision mismatch: step 1 (/a)", err.Error())
	_, err = c.Commit(soon(t), new(Txn))
	_, ok = FailedStep(err)
	assert.T(t, errors.Is(err, ErrOther) && !ok, err)
	many, large := new(Txn), new(Txn)
	for i := range MaxSteps + 1 {
		many.Set(fmt.Sprint("/", i), Missing, nil)
		large.Set(fmt.Sprint("/", i), Missing, []byte(strings.Repeat("x", 100_000)))
	}
	_, err = c.Commit(soon(t), many)
	assert.T(t, errors.Is(err, ErrOther) && strings.Contains(err.Error(), "128 steps"), err)
	_, err = c.Commit(soon(t), large)
	assert.T(t, errors.Is(err, ErrValueTooLarge), err)
	_, rev, err = c.Get(soon(t), "/0")
	assert.T(t, err == nil && rev == Missing, rev, err)
}

func TestSessionCalls(t *testing.T) {
	c := startNode(t, steady()).only(t)
	assert.Equal(t, nil, c.Checkin(soon(t), "s", Missing))
	err := c.Checkin(soon(t), "s", Missing)
	assert.T(t, errors.Is(err, ErrRevMismatch), err)
	err = c.Checkin(soon(t), "t", Clobber)
	assert.T(t, errors.Is(err, ErrRevMismatch), err)
	_, err = c.SetEphemeral(soon(t), "/e", Missing, []byte("v"), "t")
	assert.T(t, errors.Is(err, ErrNoEnt), err)
	rev, err := c.SetEphemeral(soon(t), "/e", Missing, []byte("v"), "s")
	assert.Equal(t, nil, err)
	assert.Equal(t, nil, c.Del(soon(t), "/ctl/sess/s", Clobber))
	ev, err := c.Wait(soon(t), "/e", rev+1)
	assert.T(t, err == nil && ev.Del, ev, err)
}
