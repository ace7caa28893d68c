package peer

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/bmizerany/assert"

	"github.com/ha/doozer/client"
	"github.com/ha/doozer/consensus"
	"github.com/ha/doozer/proto"
	"github.com/ha/doozer/proto/access"
)

func secrets(t *testing.T, rw, ro string) *access.Secrets {
	t.Helper()
	s, err := access.New(rw, ro)
	assert.Equal(t, nil, err)
	return s
}

// guardedConfig is a testConfig with a secret.
func guardedConfig(t *testing.T, rw, ro string) func(attach ...string) Config {
	return func(attach ...string) Config {
		cfg := testConfig(attach...)
		cfg.Secrets = secrets(t, rw, ro)
		return cfg
	}
}

// enter is dial with a secret.
func (r *running) enter(t *testing.T, secret string) *client.Client {
	t.Helper()
	c := r.dial(t)
	assert.Equal(t, nil, c.Access(t.Context(), secret))
	return c
}

// Nodes that know the secret are a cluster like any other. What a client may do is up to the
// node that it asks, also where that one passes its write on. Values may be large.
func TestGuardedCluster(t *testing.T) {
	large := strings.Repeat("x", proto.MaxValue)
	cfg := guardedConfig(t, "rw", "ro")
	first := start(t, cfg())
	nodes := []*running{first, start(t, cfg(first.Started.Addr))}
	c := first.enter(t, "rw")
	_, err := c.Set(t.Context(), calPath("1"), client.Missing, nil)
	assert.Equal(t, nil, err)
	until(t, "the second is a member", func() bool { return nodes[1].file(nodePath(nodes[1].ID, "writable")) == "true" })
	nodes = append(nodes, start(t, cfg(nodes[1].Started.Addr))) // no member
	for i, r := range nodes {
		path := fmt.Sprintf("/by/%d", i)
		_, err := r.enter(t, "rw").Set(t.Context(), path, client.Missing, []byte(large))
		assert.Equal(t, nil, err)
		value, _, err := first.enter(t, "ro").Get(t.Context(), path)
		assert.Equal(t, nil, err)
		assert.T(t, string(value) == large)
		_, err = r.enter(t, "ro").Set(t.Context(), path, client.Clobber, nil)
		assert.T(t, errors.Is(err, client.ErrOther), err)
		_, _, err = r.dial(t).Get(t.Context(), path)
		assert.T(t, errors.Is(err, client.ErrOther), err)
	}
	assert.Equal(t, 0, first.logs.count("refused a peer"))
}

// Of two nodes with different secrets, or one of them with none, neither attaches to the
// other, and both operators are told why.
func TestSecretsDiffer(t *testing.T) {
	for _, c := range []struct{ there, here, why string }{
		{"rw", "", "has none"},
		{"rw", "other", "does not know that of"},
		{"", "rw", "has none"},
	} {
		there := start(t, guardedConfig(t, c.there, "")())
		cfg := guardedConfig(t, c.here, "")(there.Started.Addr)
		cfg.Log = slog.New(slog.DiscardHandler)
		begun := time.Now()
		err := Run(t.Context(), cfg)
		assert.T(t, errors.Is(err, errRefused), err)
		assert.T(t, time.Since(begun) < DefaultAttachTimeout/2)
		assert.T(t, strings.Contains(err.Error(), "the secrets differ (DOOZER_RWSECRET)"), err)
		assert.T(t, strings.Contains(err.Error(), c.why), err)
		assert.T(t, !strings.Contains(err.Error(), "\n"), err)
		until(t, "it is logged", func() bool { return there.logs.count("refused a peer") == 1 })
		assert.Equal(t, 1, there.logs.count("the secrets differ"))
		assert.Equal(t, 1, there.logs.count(c.why))
		assert.Equal(t, []string{there.ID}, there.members())
	}
}

// The secret that opens reads is none of peers' business.
func TestOtherReadSecret(t *testing.T) {
	first := start(t, guardedConfig(t, "rw", "ro")())
	start(t, guardedConfig(t, "rw", "")(first.Started.Addr))
}

// visitor speaks the beginning of the peer protocol step by step.
type visitor struct {
	t    *testing.T
	conn *proto.Conn
}

func visit(t *testing.T, addr string) *visitor {
	t.Helper()
	nc, err := net.Dial("tcp", addr)
	assert.Equal(t, nil, err)
	v := &visitor{t, proto.NewConn(nc, proto.ConnConfig{})}
	v.conn.SetReadDeadline(time.Now().Add(patience))
	t.Cleanup(func() { v.conn.Close() })
	return v
}

// say sends a PEER request, and returns the bytes of the hello in it.
func (v *visitor) say(h *proto.Hello) []byte {
	v.t.Helper()
	value, err := h.MarshalVT()
	assert.Equal(v.t, nil, err)
	assert.Equal(v.t, nil, v.conn.Queue(&proto.Request{Verb: proto.Request_PEER.Enum(), Value: value}))
	v.conn.Flush()
	return value
}

// hear takes an answer.
func (v *visitor) hear() (*proto.Hello, []byte, error) {
	v.t.Helper()
	b, err := nextFrom(v.conn)
	assert.Equal(v.t, nil, err)
	return helloOf(b)
}

// turnedAway checks that the visitor is told that it does not know the secret, and nothing else.
func (v *visitor) turnedAway() {
	v.t.Helper()
	h, _, err := v.hear()
	assert.T(v.t, errors.Is(err, errRefused) && strings.Contains(err.Error(), "the secrets differ"), err, h)
	v.nothingMore()
}

func (v *visitor) nothingMore() {
	v.t.Helper()
	b, err := nextFrom(v.conn)
	assert.T(v.t, err != nil, b)
	ended(v.t, v.conn)
}

// callerHello is that of somebody who says to know the secret.
func callerHello() *proto.Hello {
	me := &identity{id: newID(), cluster: DefaultCluster, alpha: 512, addr: "127.0.0.1:1"}
	h := me.hello()
	h.Nonce = access.Nonce()
	return h
}

// unlinked checks that a node took nobody for a peer.
func unlinked(t *testing.T, r *running) {
	t.Helper()
	links := make(chan int, 1)
	assert.T(t, r.node.in.call(func(l *loop) { links <- len(l.remotes) }))
	assert.Equal(t, 0, <-links)
	assert.Equal(t, 0, r.logs.count("msg=linked"))
	assert.Equal(t, 0, r.logs.count("sent a snapshot"))
}

// A stranger, or a node that is older than secrets, is refused before anything is told, whatever
// it asks for, also where all else of it is wrong.
func TestCallerWithoutSecret(t *testing.T) {
	r := start(t, guardedConfig(t, "rw", "ro")())
	for _, spoil := range []func(*proto.Hello){
		func(h *proto.Hello) {},
		func(h *proto.Hello) { h.Snapshot = true },
		func(h *proto.Hello) { h.Want = r.ID },
		func(h *proto.Hello) { h.Cluster, h.Alpha, h.Id = "other", 1, "none" },
		func(h *proto.Hello) { h.Nonce = []byte("short") },
		func(h *proto.Hello) { h.Proof = make([]byte, 32) },
	} {
		h := callerHello()
		h.Nonce = nil
		spoil(h)
		v := visit(t, r.Started.Addr)
		v.say(h)
		v.turnedAway()
	}
	unlinked(t, r)
}

// A caller is told a challenge, in which there is nothing of the cluster, and without the right proof
// nothing else: no link, no snapshot.
func TestCallerWithoutProof(t *testing.T) {
	r := start(t, guardedConfig(t, "rw", "ro")())
	s, other := r.node.me.secrets, secrets(t, "ro", "")
	for name, proof := range map[string]func(said, challenge []byte) []byte{
		"none":           func(said, challenge []byte) []byte { return nil },
		"zeros":          func(said, challenge []byte) []byte { return make([]byte, 32) },
		"cut":            func(said, challenge []byte) []byte { return s.Proof(access.Caller, said, challenge)[:31] },
		"one byte":       func(said, challenge []byte) []byte { return s.Proof(access.Caller, said, challenge)[:1] },
		"longer":         func(said, challenge []byte) []byte { return append(s.Proof(access.Caller, said, challenge), 0) },
		"of another":     func(said, challenge []byte) []byte { return other.Proof(access.Caller, said, challenge) },
		"the listener's": func(said, challenge []byte) []byte { return s.Proof(access.Listener, said, challenge) },
		"of less":        func(said, challenge []byte) []byte { return s.Proof(access.Caller, said) },
		"of more":        func(said, challenge []byte) []byte { return s.Proof(access.Caller, said, challenge, nil) },
		"turned round":   func(said, challenge []byte) []byte { return s.Proof(access.Caller, challenge, said) },
		"the nonce":      func(said, challenge []byte) []byte { return challenge },
	} {
		for _, snapshot := range []bool{false, true} {
			h := callerHello()
			h.Snapshot = snapshot
			v := visit(t, r.Started.Addr)
			said := v.say(h)
			asked, challenge, err := v.hear()
			assert.Equal(t, nil, err, name)
			assert.Equal(t, access.NonceLen, len(asked.Nonce))
			assert.Equal(t, "", asked.Cluster+asked.Addr)
			assert.Equal(t, int64(0), asked.Alpha)
			assert.Equal(t, 0, len(asked.Proof))
			v.say(&proto.Hello{Proof: proof(said, challenge)})
			v.turnedAway()
		}
	}
	unlinked(t, r)
}

// The other way round, the proof does let in, and the listener gives its own: else the tests above would prove nothing.
func TestCallerWithProof(t *testing.T) {
	r := start(t, guardedConfig(t, "rw", "ro")())
	s := r.node.me.secrets
	v := visit(t, r.Started.Addr)
	said := v.say(callerHello())
	_, challenge, err := v.hear()
	assert.Equal(t, nil, err)
	v.say(&proto.Hello{Proof: s.Proof(access.Caller, said, challenge)})
	hello, _, err := v.hear()
	assert.Equal(t, nil, err)
	assert.Equal(t, r.ID, hello.Id)
	proof := hello.Proof
	hello.Proof = nil
	bare, err := hello.MarshalVT()
	assert.Equal(t, nil, err)
	assert.T(t, s.Proves(proof, access.Listener, said, challenge, bare))
	until(t, "the visitor is linked", func() bool { return r.logs.count("msg=linked") == 1 })
}

// Who knows the secret is told what else does not fit.
func TestCallerWithProofOfAnotherCluster(t *testing.T) {
	r := start(t, guardedConfig(t, "rw", "ro")())
	v := visit(t, r.Started.Addr)
	h := callerHello()
	h.Cluster = "red"
	said := v.say(h)
	_, challenge, err := v.hear()
	assert.Equal(t, nil, err)
	v.say(&proto.Hello{Proof: r.node.me.secrets.Proof(access.Caller, said, challenge)})
	_, _, err = v.hear()
	assert.T(t, err != nil && strings.Contains(err.Error(), `of cluster "red"`), err)
	v.nothingMore()
}

// Messages that come before the proof are not taken, nor do those after a wrong one count.
func TestMessagesBeforeTheProof(t *testing.T) {
	r := start(t, guardedConfig(t, "rw", "ro")())
	v := visit(t, r.Started.Addr)
	f, _ := nextFrame([]consensus.Message{{Kind: consensus.Follow, Lo: 1}})
	value, err := callerHello().MarshalVT()
	assert.Equal(t, nil, err)
	assert.Equal(t, nil, v.conn.Queue(&proto.Request{Verb: proto.Request_PEER.Enum(), Value: value}))
	assert.Equal(t, nil, v.conn.Queue(&f))
	assert.Equal(t, nil, v.conn.Queue(&f))
	v.conn.Flush()
	_, _, err = v.hear()
	assert.Equal(t, nil, err)
	_, _, err = v.hear()
	assert.T(t, errors.Is(err, errRefused), err)
	v.nothingMore()
	unlinked(t, r)
}

// A caller that keeps its proof to itself is not waited for.
func TestSilentCaller(t *testing.T) {
	t.Parallel()
	r := start(t, guardedConfig(t, "rw", "ro")())
	v := visit(t, r.Started.Addr)
	v.say(callerHello())
	_, _, err := v.hear()
	assert.Equal(t, nil, err)
	_, _, err = v.hear()
	assert.T(t, errors.Is(err, errRefused) && strings.Contains(err.Error(), "gave no proof"), err)
	v.nothingMore()
	unlinked(t, r)
}
