package proto

import (
	"bytes"
	"fmt"
	"time"
)

// LeasePath is the file that says for how long a session lives on after it was
// last prolonged, in a cluster where that is not DefaultLease: a duration as Go
// writes it, such as 10s, from MinLease to MaxLease. Anything else counts as none.
const LeasePath = "/ctl/lease"

// The lease of sessions. The default is that of 2011.
const (
	DefaultLease = 6 * time.Second
	MinLease     = 200 * time.Millisecond
	MaxLease     = time.Hour
)

// Lease is the lease of all sessions, by the text of the file LeasePath, if there is one.
func Lease(text []byte) time.Duration {
	d, err := ParseLease(text)
	if err != nil {
		return DefaultLease
	}
	return d
}

// ParseLease is Lease, with an error for a text that says nothing.
func ParseLease(text []byte) (time.Duration, error) {
	d, err := time.ParseDuration(string(bytes.TrimSpace(text)))
	if err != nil || d < MinLease || d > MaxLease {
		return 0, fmt.Errorf("%.40q is no duration, with a unit, from %v to %v", text, MinLease, MaxLease)
	}
	return d, nil
}
