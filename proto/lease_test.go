package proto

import (
	"testing"
	"time"

	"github.com/bmizerany/assert"
)

func TestLease(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"": DefaultLease, "10s": 10 * time.Second, "200ms": MinLease, "199ms": DefaultLease, "1h": MaxLease, "2s\n": 2 * time.Second,
		"61m": DefaultLease, "-3s": DefaultLease, "7": DefaultLease, "fast": DefaultLease, "1 s": DefaultLease,
	} {
		assert.Equal(t, want, Lease([]byte(text)), text)
	}
}
