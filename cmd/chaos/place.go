package main

import (
	"errors"
	"fmt"
	"net"
	"sync"
)

var errNobody = errors.New("nobody lives whom one could ask")

// place is where nodes live, one after the other.
type place struct {
	index int
	host  string

	mu    sync.Mutex
	past  []*process // all that lived there, the latest last
	ports int        // how many ports were used
}

// now is who lives there, or lived there last; nil before the first.
func (p *place) now() *process {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.past) == 0 {
		return nil
	}
	return p.past[len(p.past)-1]
}

// all are all that lived there.
func (p *place) all() []*process {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.past[:len(p.past):len(p.past)]
}

// last is the address where somebody served last.
func (p *place) last() string {
	for past := p.all(); len(past) > 0; past = past[:len(past)-1] {
		if addr, _ := past[len(past)-1].where(); addr != "" {
			return addr
		}
	}
	return ""
}

// inhabit has a process live there from now on.
func (p *place) inhabit(proc *process) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.past = append(p.past, proc)
}

// next is the address for the next one, that of the last unless another is
// wanted, and its name.
func (p *place) next(w network, other bool) (addr, name string) {
	addr = p.last()
	p.mu.Lock()
	defer p.mu.Unlock()
	if addr == "" || other {
		addr = net.JoinHostPort(p.host, w.port(p.ports))
		p.ports++
	}
	return addr, fmt.Sprintf("%d.%d", p.index, len(p.past))
}
