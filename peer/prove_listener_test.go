package peer

import (
	"bytes"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/bmizerany/assert"

	"github.com/ha/doozer/proto"
	"github.com/ha/doozer/proto/access"
)

// host is a listener that a node may be led to; it serves one caller.
func host(t *testing.T, serve func(v *visitor)) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	assert.Equal(t, nil, err)
	served := make(chan struct{})
	t.Cleanup(func() {
		l.Close()
		<-served
	})
	go func() {
		defer close(served)
		nc, err := l.Accept()
		if err != nil {
			return
		}
		v := &visitor{t, proto.NewConn(nc, proto.ConnConfig{})}
		defer v.conn.Close()
		v.conn.SetReadDeadline(time.Now().Add(patience))
		serve(v)
	}()
	return l.Addr().String()
}

// request takes what a caller says, and the hello in it; nil: it is gone.
func (v *visitor) request() (*proto.Hello, []byte) {
	b, err := nextFrom(v.conn)
	if err != nil {
		return nil, nil
	}
	var req proto.Request
	h := new(proto.Hello)
	if req.UnmarshalVT(b) != nil || h.UnmarshalVT(req.Value) != nil {
		v.t.Error("a caller said what is no hello")
		return nil, nil
	}
	return h, req.Value
}

func (v *visitor) answer(h *proto.Hello) {
	if err := answer(v.conn, new(proto.Request), h); err != nil {
		v.t.Error(err)
	}
}

func (v *visitor) gone() {
	if h, _ := v.request(); h != nil {
		v.t.Error("the caller said", h)
	}
}

// meets has a node dial an address, and returns why it does not want who is there.
func (r *running) meets(t *testing.T, addr string) string {
	t.Helper()
	conn, hello, err := dial(t.Context(), addr, r.node.me, r.node.me.hello())
	assert.T(t, err != nil, hello)
	assert.T(t, conn == nil)
	return err.Error()
}

// listenerHello is what a stranger says that is called.
func listenerHello() *proto.Hello {
	h := callerHello()
	h.Nonce = nil
	return h
}

// A node that knows a secret takes nobody for a peer who does not, and gives its own proof to nobody
// who has not asked with a nonce.
func TestListenerWithoutSecret(t *testing.T) {
	r := start(t, guardedConfig(t, "rw", "ro")())
	assert.T(t, strings.Contains(r.meets(t, host(t, func(v *visitor) {
		v.request()
		v.answer(listenerHello())
		v.gone()
	})), "the secrets differ"))
	assert.T(t, strings.Contains(r.meets(t, host(t, func(v *visitor) {
		h, _ := v.request()
		h.Nonce = h.Nonce[:5]
		v.answer(h)
		v.gone()
	})), "the secrets differ"))
}

// Nor does it help to send its own proof back to it, or none, or one of another secret.
func TestListenerWithoutProof(t *testing.T) {
	r := start(t, guardedConfig(t, "rw", "ro")())
	for name, proof := range map[string]func(of []byte) []byte{
		"none":      func([]byte) []byte { return nil },
		"reflected": func(of []byte) []byte { return of },
		"cut":       func(of []byte) []byte { return of[:16] },
		"zeros":     func([]byte) []byte { return make([]byte, 32) },
	} {
		why := r.meets(t, host(t, func(v *visitor) {
			v.request()
			v.answer(&proto.Hello{Version: protocolVersion, Id: newID(), Nonce: access.Nonce()})
			theirs, _ := v.request()
			h := listenerHello()
			h.Proof = proof(theirs.GetProof())
			v.answer(h)
			v.gone()
		}))
		assert.T(t, strings.Contains(why, "the secrets differ"), name, why)
	}
}

// A proof for a hello is none for another one: what is not proven cannot be put in its place.
func TestListenersHelloIsProven(t *testing.T) {
	r := start(t, guardedConfig(t, "rw", "ro")())
	for name, change := range map[string]func(*proto.Hello){
		"nothing":  nil,
		"the id":   func(h *proto.Hello) { h.Id = newID() },
		"the addr": func(h *proto.Hello) { h.Addr = "127.0.0.1:6" },
	} {
		addr := host(t, func(v *visitor) {
			_, said := v.request()
			ask := &proto.Hello{Version: protocolVersion, Id: newID(), Nonce: access.Nonce()}
			challenge, _ := ask.MarshalVT()
			v.answer(ask)
			v.request()
			h := listenerHello()
			bare, _ := h.MarshalVT()
			h.Proof = r.node.me.secrets.Proof(access.Listener, said, challenge, bare)
			if change != nil {
				change(h)
			}
			v.answer(h)
			v.gone()
		})
		if change != nil {
			assert.T(t, strings.Contains(r.meets(t, addr), "the secrets differ"), name)
			continue
		}
		conn, _, err := dial(t.Context(), addr, r.node.me, r.node.me.hello())
		assert.Equal(t, nil, err)
		conn.Close()
	}
}

// between passes what a caller and a node say until they are done with their proofs, and then tells what the
// caller said.
func between(t *testing.T, addr string) (string, <-chan [][]byte) {
	said := make(chan [][]byte, 1)
	return host(t, func(v *visitor) {
		nc, err := net.Dial("tcp", addr)
		if err != nil {
			t.Error(err)
			return
		}
		to := &visitor{t, proto.NewConn(nc, proto.ConnConfig{})}
		defer to.conn.Close()
		var frames [][]byte
		for range 2 {
			b, err := nextFrom(v.conn)
			if err != nil {
				return
			}
			frames = append(frames, bytes.Clone(b))
			pass(b, to)
			if b, err = nextFrom(to.conn); err != nil {
				return
			}
			if len(frames) == 2 {
				said <- frames
			}
			pass(b, v)
		}
		v.gone()
	}), said
}

// pass sends a frame on.
func pass(b []byte, to *visitor) {
	if err := to.conn.Queue(frameOf(b)); err != nil {
		to.t.Error(err)
	}
	to.conn.Flush()
}

// frameOf is a message that is encoded already.
type frameOf []byte

func (m frameOf) SizeVT() int                                  { return len(m) }
func (m frameOf) MarshalToSizedBufferVT(b []byte) (int, error) { return copy(b, m), nil }

// A node that is led back to itself finds out, and so does the other end of it.
func TestReflectionToItself(t *testing.T) {
	r := start(t, guardedConfig(t, "rw", "ro")())
	addr, said := between(t, r.Started.Addr)
	why := r.meets(t, addr)
	assert.T(t, strings.Contains(why, "this node itself"), why)
	assert.Equal(t, 0, len(said)) // it gave no proof
	unlinked(t, r)
}

// What a node said to prove itself opens nothing a second time: not where it was said, and not at
// another node.
func TestReplay(t *testing.T) {
	cfg := guardedConfig(t, "rw", "ro")
	caller, first, second := start(t, cfg()), start(t, cfg()), start(t, cfg())
	addr, taped := between(t, first.Started.Addr)
	conn, _, err := dial(t.Context(), addr, caller.node.me, caller.node.me.hello())
	assert.Equal(t, nil, err) // so it was worth something once
	conn.Close()
	said := <-taped
	until(t, "the caller was linked", func() bool { return first.logs.count("msg=linked") == 1 })
	for _, r := range []*running{first, second} {
		v := visit(t, r.Started.Addr)
		for _, b := range said {
			assert.Equal(t, nil, v.conn.Queue(frameOf(b)))
			v.conn.Flush()
		}
		_, _, err := v.hear()
		assert.Equal(t, nil, err)
		v.turnedAway()
	}
	assert.Equal(t, 1, first.logs.count("msg=linked"))
	unlinked(t, second)
}
