package main

import (
	"errors"
	"log"
	"net/http"
	"sync/atomic"

	"github.com/ha/doozer/client"
)

var errNobody = errors.New("no server lives")

// balancer has a server answer each request.
type balancer struct {
	http  http.RoundTripper
	live  atomic.Pointer[[]client.Service]
	turns atomic.Uint64
}

// use takes over a new list. Whoever looks at the old one keeps it: nothing in it ever changes.
func (b *balancer) use(servers []client.Service) { b.live.Store(&servers) }

// RoundTrip asks the server whose turn it is. One that died is in the list for up to a lease
// longer, and a list is never newer than the moment it was made. So the list says whom to
// try, and the answer alone says who lives: without one, the next is asked.
func (b *balancer) RoundTrip(r *http.Request) (*http.Response, error) {
	servers := b.live.Load()
	if servers == nil || len(*servers) == 0 {
		return nil, errNobody
	}
	n, turn := uint64(len(*servers)), b.turns.Add(1)
	for i := uint64(0); ; i++ {
		s := (*servers)[(turn+i)%n]
		again := r.Clone(r.Context())
		again.URL.Host = string(s.Value)
		answer, err := b.http.RoundTrip(again)
		if err == nil || i == n-1 || !harmless(r) {
			return answer, err
		}
		log.Printf("%s does not answer", s.ID)
	}
}

// harmless reports whether a request may be repeated: nobody knows whether a server that did not
// answer had done what it was asked for.
func harmless(r *http.Request) bool {
	return r.Method == http.MethodGet || r.Method == http.MethodHead
}
