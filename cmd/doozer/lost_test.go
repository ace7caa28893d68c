package main

import (
	"errors"
	"testing"

	"github.com/bmizerany/assert"

	"github.com/ha/doozer/client"
)

// Lost is what the dead cluster had beyond what was saved of it, and nothing else.
func TestIsLost(t *testing.T) {
	for _, c := range []struct {
		origin     string
		begun, rev int64
		lost       bool
	}{
		{"ID 500", 1_000_000_507, 499, false},
		{"ID 500", 1_000_000_507, 500, false},
		{"ID 500", 1_000_000_507, 501, true},
		{"ID 500", 1_000_000_507, 40_000_000, true},
		{"ID 500", 1_000_000_507, 1_000_000_500, false}, // of all restored files
		{"ID 500", 1_000_000_507, 1_000_000_508, false},
		{"ID 500", 1_000_000_507, 2_000_000_000, false},
		{"ID 0", 1_000_000_007, 1, true},
		{"", 0, 501, false}, // it was not restored
		{"ID", 1_000_000_507, 501, false},
		{"ID x", 1_000_000_507, 501, false},
	} {
		assert.Equal(t, c.lost, isLost(c.origin, c.begun, c.rev), c)
	}
}

// It is told as what is too late is, in one line and with that status.
func TestLostError(t *testing.T) {
	err := lostError(7)
	assert.T(t, errors.Is(err, client.ErrTooLate))
	assert.Equal(t, 4, status(err))
	assert.Equal(t, "too late: revision 7 was lost with the cluster that this one was made from", err.Error())
}
