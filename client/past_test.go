package client

import (
	"errors"
	"testing"
	"testing/synctest"

	"github.com/bmizerany/assert"

	"github.com/ha/doozer/proto"
)

// since has a node keep history from a revision on only.
func since(from int64) func(*actor) {
	return func(a *actor) {
		a.answer = func(q *proto.Request) []*proto.Response {
			switch {
			case q.GetPath() != "/x":
				return nil
			case q.Rev != nil && q.GetRev() < from:
				return []*proto.Response{refusal(q, proto.Response_TOO_LATE, "")}
			case q.GetVerb() == proto.Request_WAIT:
				return []*proto.Response{event(q, 4, "/x", "", q.GetRev())}
			case q.GetVerb() == proto.Request_WALK:
				return []*proto.Response{event(q, 5, "/x", "", 1), answer(q, 2)}
			}
			return nil
		}
	}
}

// pastReads are the reads that may want history.
var pastReads = map[string]func(t *testing.T, c *Client, rev int64, opts ...ReadOption) error{
	"get": func(t *testing.T, c *Client, rev int64, opts ...ReadOption) error {
		_, _, err := c.Get(t.Context(), "/x", append(opts, At(rev))...)
		return err
	},
	"wait": func(t *testing.T, c *Client, rev int64, _ ...ReadOption) error {
		_, err := c.Wait(t.Context(), "/x", rev)
		return err
	},
	"walk": func(t *testing.T, c *Client, rev int64, opts ...ReadOption) error {
		for _, err := range c.Walk(t.Context(), "/x", append(opts, At(rev))...) {
			if err != nil {
				return err
			}
		}
		return nil
	},
}

// What one node has forgotten another one is asked for.
func TestPastElsewhere(t *testing.T) {
	for name, read := range pastReads {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, "a:1", "b:1")
				c := w.client(w.config(), "a:1")
				synctest.Wait()
				c.link.nodes.put("a:1", "a:1")
				c.link.nodes.put("b:1", "b:1")
				w.do("a:1", since(1000))
				w.do("b:1", since(5))
				assert.Equal(t, nil, read(t, c, 1001))
				at(t, c, "a:1")
				assert.Equal(t, nil, read(t, c, 7))
				at(t, c, "b:1")
				c.Close()
			})
		})
	}
}

// What all have forgotten is asked for once at each.
func TestPastIsGone(t *testing.T) {
	for name, read := range pastReads {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w, c := trio(t, since(1000))
				dials := w.dialed()
				for range 100 {
					err := read(t, c, 7)
					assert.T(t, errors.Is(err, ErrTooLate), err)
				}
				assert.T(t, w.dialed()-dials <= 2, w.dialed()-dials)
				c.Close()
			})
		})
	}
}

// No node has a revision below 1, and a local read means the node that there
// is: neither is worth a move.
func TestPastThatIsNotSought(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, c := trio(t, since(1000))
		dials := w.dialed()
		for _, rev := range []int64{0, -1} {
			assert.T(t, errors.Is(pastReads["get"](t, c, rev), ErrTooLate))
			assert.T(t, errors.Is(pastReads["walk"](t, c, rev), ErrTooLate))
		}
		assert.T(t, errors.Is(pastReads["get"](t, c, 7, Local()), ErrTooLate))
		assert.T(t, errors.Is(pastReads["walk"](t, c, 7, Local()), ErrTooLate))
		assert.Equal(t, dials, w.dialed())
		c.Close()
	})
}
