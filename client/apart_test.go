package client

import (
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bmizerany/assert"

	"github.com/ha/doozer/proto"
)

// longList is more files than a stream holds, several times over.
func longList() (files []string) {
	for i := range 8 * maxQueue {
		files = append(files, fmt.Sprintf("/%05d", i))
	}
	return files
}

// slowWalk walks through a long list at "a:1", whose node answers faster than the files are read,
// and calls each before the files of each number.
func slowWalk(t *testing.T, each func(w *world, c *Client, n int)) (files []string, err error) {
	w := newWorld(t, "a:1")
	c := w.client(w.config(), "a:1")
	defer c.Close()
	synctest.Wait()
	w.do("a:1", history(1, 5, longList(), -1))
	return walk(t, c, func(n int) {
		if n == 1 || n%maxQueue == 0 {
			synctest.Wait() // all has come that may
		}
		each(w, c, n)
	})
}

// A walk whose reader is slow is asked again once, however long it is. So it gets to its
// end though the history moves on, and nobody else waits for it.
func TestSlowWalk(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		walks := 0
		got, err := slowWalk(t, func(w *world, c *Client, n int) {
			walks = w.got("a:1", proto.Request_WALK)
			if n != 3*maxQueue {
				return
			}
			w.do("a:1", func(a *actor) { history(1000, 1005, nil, -1)(a) })
			_, err := c.Rev(t.Context())
			assert.Equal(t, nil, err)
		})
		assert.Equal(t, nil, err)
		assert.Equal(t, longList(), got)
		assert.Equal(t, 2, walks)
	})
}

// What waits for the reader of such a walk is bounded.
func TestSlowWalkIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, "a:1")
		c := w.client(w.config(), "a:1")
		synctest.Wait()
		w.do("a:1", history(1, 5, longList(), -1))
		s, err := c.newStream(t.Context(), &listCursor{verb: proto.Request_WALK, path: "/**", opts: []ReadOption{At(5)}})
		assert.Equal(t, nil, err)
		for n := range longList() {
			if n%100 == 0 {
				synctest.Wait()
				full(s) // panics if it has no bound
			}
			_, err := s.next()
			assert.Equal(t, nil, err)
		}
		s.close()
		c.Close()
	})
}

// Where no further connection can be made the one there is has to do.
func TestSlowWalkWithoutFurtherConnection(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		got, err := slowWalk(t, func(w *world, c *Client, n int) {
			w.do("a:1", func(a *actor) { a.refuse = true })
		})
		assert.Equal(t, nil, err)
		assert.Equal(t, longList(), got)
	})
}

// A walk that loses its connection goes on where it was; so it does when the connection
// is lost that others share, which is watched over in its stead.
func TestSlowWalkLosesConnection(t *testing.T) {
	for name, which := range map[string]int{"own": 1, "shared": 0} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				got, err := slowWalk(t, func(w *world, c *Client, n int) {
					if n != 3*maxQueue {
						return
					}
					w.do("a:1", func(a *actor) {
						assert.Equal(t, 2, len(a.conns))
						a.conns[which].Close()
					})
				})
				assert.Equal(t, nil, err)
				assert.Equal(t, longList(), got)
			})
		})
	}
}

// A node that is silent is left, also by a walk with a connection of its own.
func TestSlowWalkAtSilentNode(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		files := longList()
		stall := 3 * maxQueue
		w := newWorld(t, "a:1", "b:1")
		c := w.client(w.config(), "a:1")
		synctest.Wait()
		c.link.nodes.put("b", "b:1")
		w.do("a:1", history(1, 5, files, stall))
		w.do("b:1", history(1, 5, files, -1))
		begun := time.Now()
		got, err := walk(t, c, func(n int) {
			if n == 1 {
				synctest.Wait()
			}
			if n == stall {
				w.do("a:1", func(a *actor) { a.mute = true })
			}
		})
		assert.Equal(t, nil, err)
		assert.Equal(t, files, got)
		assert.T(t, time.Since(begun) < 2*maxSilent*DefaultKeepalive, time.Since(begun))
		c.Close()
	})
}

// Who breaks off a walk leaves nothing behind: neither its connection nor who reads that.
func TestSlowWalkBrokenOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, "a:1")
		c := w.client(w.config(), "a:1")
		defer c.Close()
		synctest.Wait()
		w.do("a:1", history(1, 5, longList(), -1))
		n := 0
		for _, err := range c.Walk(t.Context(), "/**") {
			assert.Equal(t, nil, err)
			if n++; n == 1 || n == 2*maxQueue {
				synctest.Wait()
			}
			if n == 2*maxQueue {
				break
			}
		}
		synctest.Wait()
		w.do("a:1", func(a *actor) {
			assert.Equal(t, 2, len(a.conns))
			_, err := a.conns[1].Write([]byte{0})
			assert.T(t, err != nil, "the walk's own connection is open")
		})
		assert.Equal(t, nil, c.Nop(t.Context()))
	})
}

// The end of the client is the end of such a walk.
func TestSlowWalkOfClosedClient(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, err := slowWalk(t, func(_ *world, c *Client, n int) {
			if n == 2*maxQueue {
				c.Close()
			}
		})
		assert.T(t, errors.Is(err, ErrClosed), err)
	})
}

// A node that another one took the place of has another history.
func TestBesideOtherNode(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, "a:1")
		c := w.client(w.config(), "a:1")
		synctest.Wait()
		cn := c.link.cur.Load()
		own := c.link.beside(t.Context(), cn)
		assert.T(t, own != nil)
		own.close(ErrClosed)
		w.do("a:1", func(a *actor) { a.id = "another" })
		assert.T(t, c.link.beside(t.Context(), cn) == nil)
		c.Close()
		assert.T(t, c.link.beside(t.Context(), cn) == nil)
	})
}
