package client

import (
	"context"
	"errors"
	"testing"

	"github.com/bmizerany/assert"
)

// Run stands for office again however the term before ended, but for an error in office.
func TestElectionRun(t *testing.T) {
	nodes := startCluster(t, 1, steady())
	c := dialed(t, Config{}, nodes[0].Started.Addr)
	e := c.Election("/leader")
	boom := errors.New("boom")
	term, last := 0, int64(0)
	err := e.Run(soon(t), []byte("a"), func(ctx context.Context, l *Leadership) error {
		term++
		assert.T(t, l.Token() > last)
		last = l.Token()
		s := l.place.session
		switch term {
		case 1: // it gives office up
			return nil
		case 2: // its session is ended, and it finds out by an error
			assert.Equal(t, nil, c.Del(soon(t), s.file(), Clobber))
			<-ctx.Done()
			assert.Equal(t, ErrSessionLost, context.Cause(ctx))
			return ctx.Err()
		case 3: // its file is deleted, which it hears of by the refusal of what it writes
			assert.Equal(t, nil, c.Del(soon(t), l.Path(), Clobber))
			_, err := c.Commit(soon(t), l.Check(new(Txn).Set("/guarded", Clobber, nil)))
			assert.T(t, errors.Is(err, ErrRevMismatch), err)
			return err
		}
		return boom
	})
	assert.T(t, errors.Is(err, boom), err)
	assert.Equal(t, 4, term)
	assert.Equal(t, 0, nodes[0].waiting(sessDir), "sessions")

	ctx, cancel := context.WithCancel(t.Context())
	err = e.Run(ctx, nil, func(ctx context.Context, l *Leadership) error {
		cancel()
		<-ctx.Done()
		return ctx.Err()
	})
	assert.T(t, errors.Is(err, context.Canceled), err)
	assert.Equal(t, 0, nodes[0].waiting(sessDir), "sessions")

	err = c.Election("/a b").Run(soon(t), nil, nil)
	assert.T(t, errors.Is(err, ErrBadPath), err)
	c.Close()
	err = e.Run(soon(t), nil, nil)
	assert.T(t, errors.Is(err, ErrClosed), err)
	noneLeft(t)
}
