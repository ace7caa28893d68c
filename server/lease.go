package server

import (
	"time"

	"github.com/ha/doozer/proto"
	"github.com/ha/doozer/store"
)

// Lease is the lease of all sessions, as v shows it.
func Lease(v store.View) time.Duration {
	text, _ := v.Get(proto.LeasePath)
	return proto.Lease(text)
}
