package access

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
)

// Level is what somebody may do. A higher one includes the lower ones.
type Level uint8

// The levels.
const (
	Nothing Level = iota // but what needs no access
	Read
	Write
)

// Why a node cannot begin with some secrets.
var (
	ErrReadOnlySecret = errors.New("DOOZER_ROSECRET is set and DOOZER_RWSECRET is not: " +
		"writes would be open to all; set both, or DOOZER_RWSECRET alone")
	ErrSameSecrets = errors.New("DOOZER_ROSECRET is the same as DOOZER_RWSECRET: " +
		"whoever may read could write; make them differ")
)

// Secrets is what a node knows of its cluster's secrets. It does not change,
// and may be used by any goroutine.
type Secrets struct {
	rw, ro [sha256.Size]byte // SHA-256 of each; one that is not set is the empty secret
	key    []byte            // of peers' proofs; nil: there are no secrets
}

// New makes Secrets of the one that opens all and the one that opens reads. One
// that is empty is not set. The error is ErrReadOnlySecret or ErrSameSecrets.
func New(rw, ro string) (*Secrets, error) {
	switch {
	case rw == "" && ro != "":
		return nil, ErrReadOnlySecret
	case rw != "" && rw == ro:
		return nil, ErrSameSecrets
	}
	s := &Secrets{rw: sha256.Sum256([]byte(rw)), ro: sha256.Sum256([]byte(ro))}
	if rw != "" {
		s.key = hmacOf([]byte(rw), []byte("doozer: the key of peers' proofs"))
	}
	return s, nil
}

// Open is Secrets of which none is set.
func Open() *Secrets {
	return &Secrets{rw: sha256.Sum256(nil), ro: sha256.Sum256(nil)}
}

// Grant says what somebody may do who presents a secret. ok is false if it is
// none of those that are set; then the level is Nothing. What everybody may
// do is what the empty secret grants.
func (s *Secrets) Grant(secret []byte) (level Level, ok bool) {
	sum := sha256.Sum256(secret)
	rw := subtle.ConstantTimeCompare(sum[:], s.rw[:])
	ro := subtle.ConstantTimeCompare(sum[:], s.ro[:])
	granted := subtle.ConstantTimeSelect(ro, int(Read), int(Nothing))
	granted = subtle.ConstantTimeSelect(rw, int(Write), granted)
	return Level(granted), rw|ro == 1
}

// Everybody is what one may do without a secret.
func (s *Secrets) Everybody() Level {
	level, _ := s.Grant(nil)
	return level
}

// String says who may do what, as the log has it.
func (s *Secrets) String() string {
	switch s.Everybody() {
	case Write:
		return "open"
	case Read:
		return "reads are open"
	}
	return "by secret"
}

func hmacOf(key, message []byte) []byte {
	mac := hmac.New(sha256.New, key)
	mac.Write(message)
	return mac.Sum(nil)
}
