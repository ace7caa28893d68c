package access

import (
	"strings"
	"testing"

	"github.com/bmizerany/assert"
)

// grant is what a secret comes to: "" is a refusal.
func grant(s *Secrets, secret string) string {
	level, ok := s.Grant([]byte(secret))
	if !ok {
		if level != Nothing {
			return "refused, and granted"
		}
		return ""
	}
	return map[Level]string{Nothing: "nothing", Read: "read", Write: "write"}[level]
}

func TestGrant(t *testing.T) {
	for _, c := range []struct {
		rw, ro           string
		none, asRW, asRO string // what "", "write me" and "read me" are granted
		everybody        Level
		text             string
	}{
		{"", "", "write", "", "", Write, "open"},
		{"write me", "", "read", "write", "", Read, "reads are open"},
		{"write me", "read me", "", "write", "read", Nothing, "by secret"},
	} {
		s, err := New(c.rw, c.ro)
		assert.Equal(t, nil, err)
		assert.Equal(t, c.none, grant(s, ""), c)
		assert.Equal(t, c.asRW, grant(s, "write me"), c)
		assert.Equal(t, c.asRO, grant(s, "read me"), c)
		assert.Equal(t, c.everybody, s.Everybody(), c)
		assert.Equal(t, c.text, s.String())
		assert.Equal(t, c.rw != "", s.Guarded())
		for _, near := range []string{"write m", "write me ", "Write me", "write me\x00", "read m", "read me\n", " ",
			strings.Repeat("write me", 1000), "write meread me"} {
			assert.Equal(t, "", grant(s, near), c, near)
		}
	}
	assert.Equal(t, Write, Open().Everybody())
	assert.T(t, !Open().Guarded())
}

// A digest of a secret is not the secret: nor is what is kept of it.
func TestGrantTakesNoDigest(t *testing.T) {
	s, err := New("write me", "read me")
	assert.Equal(t, nil, err)
	for _, b := range [][]byte{s.rw[:], s.ro[:], s.key} {
		assert.Equal(t, "", grant(s, string(b)))
	}
}

func TestSecretsThatANodeRefuses(t *testing.T) {
	_, err := New("", "read me")
	assert.Equal(t, ErrReadOnlySecret, err)
	_, err = New("same", "same")
	assert.Equal(t, ErrSameSecrets, err)
}

func env(pairs ...string) func(string) string {
	return func(name string) string {
		for i := 0; i < len(pairs); i += 2 {
			if pairs[i] == name {
				return pairs[i+1]
			}
		}
		return ""
	}
}

func TestEnvironment(t *testing.T) {
	s, err := FromEnv(env("DOOZER_RWSECRET", "w", "DOOZER_ROSECRET", "r"))
	assert.Equal(t, nil, err)
	assert.Equal(t, "write", grant(s, "w"))
	assert.Equal(t, "read", grant(s, "r"))
	_, err = FromEnv(env("DOOZER_ROSECRET", "r"))
	assert.Equal(t, ErrReadOnlySecret, err)

	assert.Equal(t, "", Presented(env()))
	assert.Equal(t, "r", Presented(env("DOOZER_ROSECRET", "r")))
	assert.Equal(t, "w", Presented(env("DOOZER_ROSECRET", "r", "DOOZER_RWSECRET", "w")))
}

func BenchmarkGrant(b *testing.B) {
	s, err := New("write me", "read me")
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		s.Grant([]byte("read me"))
	}
}
