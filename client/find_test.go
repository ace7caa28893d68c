package client

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/bmizerany/assert"

	"github.com/ha/doozer/proto"
)

// A node that does not let its list be watched is asked for the list less
// and less often.
func TestFindNodesBacksOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, "a:1")
		w.do("a:1", func(a *actor) {
			a.answer = func(q *proto.Request) []*proto.Response {
				switch q.GetVerb() {
				case proto.Request_WATCH:
					return []*proto.Response{refusal(q, proto.Response_UNKNOWN_VERB, "")}
				case proto.Request_REV:
					r := answer(q, 3)
					r.Rev = ptr[int64](5)
					return []*proto.Response{r}
				case proto.Request_WALK:
					return []*proto.Response{answer(q, 2)}
				}
				return nil
			}
		})
		c := w.client(w.config(), "a:1")
		time.Sleep(time.Hour)
		n := w.got("a:1", proto.Request_WALK)
		assert.T(t, n > 100 && n < 300, n)
		c.Close()
	})
}
