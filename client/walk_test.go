package client

import (
	"errors"
	"testing"
	"testing/synctest"

	"github.com/bmizerany/assert"

	"github.com/ha/doozer/proto"
)

// history has a node be at revision rev, with a history that begins at from. It
// walks along files, and breaks off before the one of number stall, if that is
// not negative.
func history(from, rev int64, files []string, stall int) func(*actor) {
	return func(a *actor) {
		a.answer = func(q *proto.Request) []*proto.Response {
			switch {
			case q.GetVerb() == proto.Request_REV:
				r := answer(q, 3)
				r.Rev = &rev
				return []*proto.Response{r}
			case q.GetVerb() != proto.Request_WALK || q.GetPath() != "/**":
				return nil
			case q.GetRev() < from:
				return []*proto.Response{refusal(q, proto.Response_TOO_LATE, "")}
			}
			out := []*proto.Response{}
			for i := int(q.GetOffset()); i < len(files) && i != stall; i++ {
				out = append(out, event(q, 5, files[i], "", 1))
			}
			if stall < 0 {
				out = append(out, answer(q, 2))
			}
			return out
		}
	}
}

// walk walks, and calls each before the files of each number, and at the end.
func walk(t *testing.T, c *Client, each func(n int), opts ...ReadOption) (files []string, err error) {
	for f, err := range c.Walk(t.Context(), "/**", opts...) {
		if err != nil {
			return files, err
		}
		files = append(files, f.Path)
		each(len(files))
	}
	return files, nil
}

// The revision that a walk chose at one node is of no use at the next one, whose
// history begins later. Before the first file it may choose another.
func TestWalkChoosesAnew(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, "a:1", "b:1")
		files := []string{"/a", "/b", "/c"}
		c := w.client(w.config(), "a:1")
		synctest.Wait()
		c.link.nodes.put("b", "b:1")
		w.do("a:1", history(1, 5, files, 0))
		w.do("b:1", history(1000, 1005, files, -1))
		go func() {
			synctest.Wait()
			w.cut("a:1")
		}()
		got, err := walk(t, c, func(int) {})
		assert.Equal(t, nil, err)
		assert.Equal(t, files, got)
		at(t, c, "b:1")
		c.Close()
	})
}

// A walk that brought files already ends with ErrTooLate there.
func TestWalkTooLateAmidst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, "a:1", "b:1")
		files := []string{"/a", "/b", "/c"}
		c := w.client(w.config(), "a:1")
		synctest.Wait()
		c.link.nodes.put("b", "b:1")
		w.do("a:1", history(1, 5, files, 2))
		w.do("b:1", history(1000, 1005, files, -1))
		got, err := walk(t, c, func(n int) {
			if n == 2 {
				w.do("a:1", func(a *actor) { a.refuse = true })
				w.cut("a:1")
			}
		})
		assert.T(t, errors.Is(err, ErrTooLate), err)
		assert.Equal(t, files[:2], got)
		c.Close()
	})
}

// A revision that the caller chose is never replaced by another; nor does a
// walk try for ever.
func TestWalkTooLateForGood(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, "a:1")
		c := w.client(w.config(), "a:1")
		synctest.Wait()
		w.do("a:1", history(1000, 1005, []string{"/a"}, -1))
		_, err := walk(t, c, func(int) {}, At(5))
		assert.T(t, errors.Is(err, ErrTooLate), err)
		w.do("a:1", history(1000, 5, nil, -1)) // it forgets too soon
		walks := w.got("a:1", proto.Request_WALK)
		_, err = walk(t, c, func(int) {})
		assert.T(t, errors.Is(err, ErrTooLate), err)
		assert.Equal(t, maxRefusals, w.got("a:1", proto.Request_WALK)-walks)
		c.Close()
	})
}
