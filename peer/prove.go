package peer

import (
	"fmt"
	"time"

	"github.com/ha/doozer/proto"
	"github.com/ha/doozer/proto/access"
)

// Where there is a secret, both ends of a connection prove to know it before
// either takes anything else from the other, and the caller goes first, so that
// who only calls hears nothing:
//
//	caller    hello, with a nonce
//	listener  a nonce of its own
//	caller    its proof, of both
//	listener  its proof, and its hello
//
// Each proof is of all that was said up to there, so of both nonces, both ids, the
// cluster's name and what the connection is for, and of the side that gives it. So it is
// worth nothing on another connection, to another node, or to the one that gave it.

// prove goes on after the hello that this node said, as a caller.
func prove(conn *proto.Conn, me *identity, said, b []byte) (*proto.Hello, error) {
	asked, challenge, err := helloOf(b)
	if err != nil {
		return nil, err
	}
	if err := me.checkChallenge(asked); err != nil {
		return nil, fmt.Errorf("%w: %w", errRefused, err)
	}
	value, err := (&proto.Hello{Proof: me.secrets.Proof(access.Caller, said, challenge)}).MarshalVT()
	if err != nil {
		return nil, err
	}
	if b, err = exchange(conn, value); err != nil {
		return nil, err
	}
	hello, _, err := helloOf(b)
	if err != nil {
		return nil, err
	}
	if err := me.checkProven(hello, said, challenge); err != nil {
		return nil, fmt.Errorf("%w: %w", errRefused, err)
	}
	return hello, nil
}

// checkChallenge says why a node is not to be told a proof.
func (me *identity) checkChallenge(h *proto.Hello) error {
	switch {
	case h.Version != protocolVersion:
		return me.otherVersion(h)
	case len(h.Nonce) != access.NonceLen:
		return fmt.Errorf("%w: the node there has none, this one has one", errSecrets)
	case h.Id == me.id:
		return errItself
	}
	return nil
}

// checkProven says what is wrong with the hello of a listener, and with its proof.
func (me *identity) checkProven(h *proto.Hello, said, challenge []byte) error {
	proof := h.Proof
	h.Proof = nil
	bare, err := h.MarshalVT()
	if err != nil {
		return err
	}
	if !me.secrets.Proves(proof, access.Listener, said, challenge, bare) {
		return fmt.Errorf("%w: the node there does not know this one's", errSecrets)
	}
	return me.check(h)
}

// admit lets a caller that said hello prove that it knows the secret, and puts
// this node's proof into its own hello. With no secret there is nothing to prove.
func (me *identity) admit(conn *proto.Conn, req *proto.Request, h, mine *proto.Hello) error {
	guarded := me.secrets.Guarded()
	switch {
	case h.Version != protocolVersion:
		return me.otherVersion(h)
	case !guarded && len(h.Nonce) > 0:
		return fmt.Errorf("%w: %.100q has one, %q has none", errSecrets, h.Addr, me.addr)
	case !guarded:
		return nil
	case len(h.Nonce) != access.NonceLen:
		return fmt.Errorf("%w: %.100q has none, %q has one", errSecrets, h.Addr, me.addr)
	}
	challenge, proof, err := demand(conn, req, me)
	switch {
	case err != nil:
		return fmt.Errorf("%.100q gave no proof that it knows the secret: %w", h.Addr, err)
	case !me.secrets.Proves(proof, access.Caller, req.Value, challenge):
		return fmt.Errorf("%w: %.100q does not know that of %q", errSecrets, h.Addr, me.addr)
	}
	bare, err := mine.MarshalVT()
	if err != nil {
		return err
	}
	mine.Proof = me.secrets.Proof(access.Listener, req.Value, challenge, bare)
	return nil
}

// demand sends a caller a challenge, and waits for its proof, not for long.
func demand(conn *proto.Conn, req *proto.Request, me *identity) (challenge, proof []byte, err error) {
	ask := &proto.Hello{Version: protocolVersion, Id: me.id, Nonce: access.Nonce()}
	if challenge, err = ask.MarshalVT(); err != nil {
		return nil, nil, err
	}
	if err := respond(conn, req, &proto.Response{Value: challenge}); err != nil {
		return nil, nil, err
	}
	if err := conn.SetReadDeadline(time.Now().Add(helloTimeout)); err != nil {
		return nil, nil, err
	}
	b, err := nextFrom(conn)
	if err != nil {
		return nil, nil, err
	}
	var second proto.Request
	if err := second.UnmarshalVT(b); err != nil {
		return nil, nil, err
	}
	var h proto.Hello
	if err := h.UnmarshalVT(second.Value); err != nil {
		return nil, nil, err
	}
	return challenge, h.Proof, conn.SetReadDeadline(time.Time{})
}
