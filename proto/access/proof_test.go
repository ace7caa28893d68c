package access

import (
	"bytes"
	"testing"

	"github.com/bmizerany/assert"
)

func guarded(t *testing.T, rw, ro string) *Secrets {
	t.Helper()
	s, err := New(rw, ro)
	assert.Equal(t, nil, err)
	return s
}

func TestProof(t *testing.T) {
	s, same := guarded(t, "secret", ""), guarded(t, "secret", "and one to read")
	hello, nonce := []byte("hello"), Nonce()
	proof := s.Proof(Caller, hello, nonce)
	assert.T(t, same.Proves(proof, Caller, hello, nonce))

	other := guarded(t, "another secret", "")
	assert.T(t, !other.Proves(proof, Caller, hello, nonce))
	assert.T(t, !Open().Proves(proof, Caller, hello, nonce))
	assert.T(t, !Open().Proves(nil, Caller, hello, nonce))

	assert.T(t, !s.Proves(proof, Listener, hello, nonce))
	assert.T(t, !s.Proves(proof, Caller, hello, Nonce()))
	assert.T(t, !s.Proves(proof, Caller, nonce, hello))
	assert.T(t, !s.Proves(proof, Caller, append(hello, nonce...)))
	assert.T(t, !s.Proves(proof, Caller, []byte("hell"), append([]byte("o"), nonce...)))
	assert.T(t, !s.Proves(proof, Caller, hello))
	for n := range len(proof) {
		assert.T(t, !s.Proves(proof[:n], Caller, hello, nonce), n)
		flipped := bytes.Clone(proof)
		flipped[n] ^= 1
		assert.T(t, !s.Proves(flipped, Caller, hello, nonce), n)
	}
	assert.T(t, !s.Proves(append(proof, 0), Caller, hello, nonce))
	assert.T(t, !s.Proves(nil, Caller, hello, nonce))
}

func TestNoncesDiffer(t *testing.T) {
	assert.Equal(t, NonceLen, len(Nonce()))
	assert.T(t, !bytes.Equal(Nonce(), Nonce()))
}
