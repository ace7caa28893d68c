package e2e

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"testing"
	"time"

	"github.com/bmizerany/assert"

	"github.com/ha/doozer/client"
	"github.com/ha/doozer/consensus"
	"github.com/ha/doozer/proto"
	"github.com/ha/doozer/store"
)

// hello is what a node would say that is none of the cluster's.
func hello() *proto.Hello {
	return &proto.Hello{Version: 3, Cluster: "local", Alpha: consensus.DefaultAlpha, Id: "STRANGERSTRANGER", Addr: "127.0.0.1:1"}
}

// greet says hello as a peer.
func greet(t *testing.T, addr string, value []byte) (net.Conn, *proto.Response) {
	t.Helper()
	c := raw(t, addr)
	put(c, proto.AppendFrame(nil, &proto.Request{Verb: proto.Request_PEER.Enum(), Value: value}))
	return c, answer(t, c)
}

// Peers that do not fit are told why, and their connection ends with one line.
func TestWrongPeers(t *testing.T) {
	t.Parallel()
	n := startNode(t, "A")
	for name, spoil := range map[string]func(*proto.Hello){
		"version":  func(h *proto.Hello) { h.Version = 1 },
		"cluster":  func(h *proto.Hello) { h.Cluster = "other" },
		"alpha":    func(h *proto.Hello) { h.Alpha++ },
		"id":       func(h *proto.Hello) { h.Id = "../../ctl" },
		"same id":  func(h *proto.Hello) { h.Id = n.id },
		"snapshot": func(h *proto.Hello) { h.Cluster, h.Snapshot = "other", true },
	} {
		t.Run(name, func(t *testing.T) {
			h := hello()
			spoil(h)
			value, err := h.MarshalVT()
			assert.Equal(t, nil, err)
			unharmed(t, n, 1, func() { refused(t, n, value) })
		})
	}
	t.Run("no hello", func(t *testing.T) {
		unharmed(t, n, 1, func() { refused(t, n, []byte{0xff, 0xff}) })
	})
}

func refused(t *testing.T, n *node, value []byte) {
	t.Helper()
	lines := n.stderr.lines()
	c, resp := greet(t, n.addr, value)
	assert.Equal(t, proto.Response_OTHER, resp.GetErrCode())
	assert.NotEqual(t, "", resp.GetErrDetail())
	ends(t, c)
	eventually(t, "the refusal is logged", func() error {
		if n.stderr.lines() == lines {
			return errors.New("there is no new line")
		}
		return nil
	})
}

// stranger is a peer whose hello is right, and who is nobody.
func stranger(t *testing.T, n *node, id int) net.Conn {
	t.Helper()
	h := hello()
	h.Id = fmt.Sprintf("%016d", id)
	var digits = []byte(h.Id)
	for i := range digits {
		digits[i] += 'A' - '0'
	}
	h.Id = string(digits)
	value, err := h.MarshalVT()
	assert.Equal(t, nil, err)
	c, resp := greet(t, n.addr, value)
	assert.T(t, resp.ErrCode == nil, resp.GetErrDetail())
	return c
}

// Frames that are none end a stranger's link.
func TestStrangersGarbage(t *testing.T) {
	t.Parallel()
	n := startNode(t, "A")
	random := rand.New(rand.NewPCG(5, 6))
	const times = 20
	unharmed(t, n, 2*times, func() { // one for the link, one for its end
		for i := range times {
			c := stranger(t, n, i)
			b := append(header(1000), 1<<3|2, 5, 0xff)
			if i%2 == 0 {
				b = append(header(1<<31-1), 1)
			}
			put(c, append(b, noise(random, 1<<16)...))
			ends(t, c)
		}
	})
}

// A stranger's messages of consensus, near and far, change nothing and cost nothing.
func TestStrangersMessages(t *testing.T) {
	t.Parallel()
	nodes := startCluster(t, 3)
	n := nodes[1]
	from := set(t, n.c, "/begin", client.Missing, "")
	r := record(t, from+1, nodes[0].addr)
	l := newLoad(t, 2*time.Millisecond)
	for _, m := range nodes {
		l.through(m.addr, 4)
	}
	before, _ := l.measure(500 * time.Millisecond)
	began := time.Now()
	unharmed(t, n, 3*strangers, func() {
		for i := range strangers {
			c := stranger(t, n, i)
			for range 30 {
				now, err := n.c.Rev(timed(t), client.Local())
				assert.Equal(t, nil, err)
				put(c, proto.AppendFrame(nil, lies(t, now)))
			}
			defer c.Close()
		}
	})
	after := l.fullSpeed(before)
	_, longest := l.rate(began, time.Now())
	t.Logf("longest pause of writes %v; %d a second before, %d after", ms(longest), before, after)
	assert.T(t, longest < maxPause, longest)
	for _, m := range nodes {
		_, rev := get(t, m.c, "/evil")
		assert.Equal(t, int64(client.Missing), rev)
	}
	survivorsKnow(t, l, nodes)
	verify(t, l, r, nodes...)
}

const strangers = 10

// lies are messages of all kinds that only members may say, of seqns in
// the window, above it and far away; and a wish to be told everything.
func lies(t *testing.T, now int64) *proto.Frame {
	t.Helper()
	evil, err := store.EncodeSet("/evil", make([]byte, 1000), store.Clobber)
	assert.Equal(t, nil, err)
	f := &proto.Frame{Msgs: []*proto.Msg{{Kind: uint32(consensus.Follow), Lo: 1}}}
	for _, lo := range []int64{1, now - 1, now + 1, now + 2, now + 3, now + 50, now + 17000, 1 << 40, 1<<63 - 10} {
		for kind := consensus.Invite; kind <= consensus.Seen; kind++ {
			if kind == consensus.Follow || kind == consensus.Ask {
				continue
			}
			for _, round := range []int64{0, 1, 2, 1 << 29} {
				f.Msgs = append(f.Msgs, &proto.Msg{Kind: uint32(kind), Lo: lo, Span: 1, Round: round, Vround: round / 2, Num: 1, Value: evil},
					&proto.Msg{Kind: uint32(kind), Lo: lo, Span: 1 << 50, Round: round, Vround: round / 2, Flag: true, Ids: []string{n16("X"), n16("Y")}})
			}
		}
	}
	return f
}

// n16 is an id of one letter.
func n16(letter string) string {
	id := ""
	for range 16 {
		id += letter
	}
	return id
}
