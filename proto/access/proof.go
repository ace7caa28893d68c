package access

import (
	"crypto/hmac"
	"crypto/rand"
	"encoding/binary"
)

// NonceLen is the length of a nonce, in bytes.
const NonceLen = 32

// Nonce draws one: bytes that nobody has seen before.
func Nonce() []byte {
	b := make([]byte, NonceLen)
	rand.Read(b) // never fails
	return b
}

// Side is which end of a connection proves something. Each has proofs of its
// own, so that none can be sent back to where it came from.
type Side string

// The sides of a connection between peers.
const (
	Caller   Side = "caller"
	Listener Side = "listener"
)

// Guarded reports whether there are secrets, so that peers have to prove that they know
// the one that opens all.
func (s *Secrets) Guarded() bool { return s.key != nil }

// Proof shows that one side knows the secret, to those who know it and to
// nobody else, and that it said and heard these things, in this order. A nonce of
// the other side has to be among them: that makes the proof worth nothing anywhere
// else, and at any other time. There must be secrets.
func (s *Secrets) Proof(by Side, said ...[]byte) []byte {
	if !s.Guarded() {
		panic("access: a proof of no secret")
	}
	transcript := sized(nil, []byte("doozer peer 1"))
	transcript = sized(transcript, []byte(by))
	for _, part := range said {
		transcript = sized(transcript, part)
	}
	return hmacOf(s.key, transcript)
}

// Proves reports, in constant time, whether proof is the Proof of these things.
func (s *Secrets) Proves(proof []byte, by Side, said ...[]byte) bool {
	return s.Guarded() && hmac.Equal(proof, s.Proof(by, said...))
}

// sized appends a part with its length before it: so no two transcripts
// are alike whose parts are not.
func sized(b, part []byte) []byte {
	b = binary.BigEndian.AppendUint64(b, uint64(len(part)))
	return append(b, part...)
}
