package main

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"
)

// kind is a kind of fault.
type kind int

const (
	kill    kind = iota // kill -9, and a replacement later
	vanish              // the same off the network: nobody's connection is reset
	nap                 // SIGSTOP for less than -timeout
	sleep               // SIGSTOP for more
	isolate             // no packet to or from any other node, but clients
	unplug              // none at all
	mute                // it hears the others, they do not hear it
	deaf                // they hear it, it does not hear them
	oneway              // it cannot send to one other
	pair                // neither of two can send to the other
	shy                 // it cannot send to clients
	kinds
)

func (k kind) String() string {
	return [...]string{"kill", "vanish", "nap", "sleep", "isolate", "unplug", "mute", "deaf", "oneway", "pair", "shy"}[k]
}

// parseKinds reads a list of kinds, all of them if it is empty.
func parseKinds(text string) (list []kind, err error) {
	names := strings.Split(text, ",")
	for k := range kinds {
		if i := slices.Index(names, k.String()); i >= 0 {
			names = slices.Delete(names, i, i+1)
			list = append(list, k)
		} else if text == "" {
			list = append(list, k)
		}
	}
	if text != "" && len(names) > 0 {
		return nil, fmt.Errorf("-faults: there is no %q", names[0])
	}
	return list, nil
}

// needsCuts tells whether it takes a network whose links can be cut.
func (k kind) needsCuts() bool { return k != kill && k != nap && k != sleep }

// deadly tells whether a node loses its memory by it.
func (k kind) deadly() bool { return k == kill || k == vanish }

// fault is one that is to be.
type fault struct {
	kind  kind
	from  time.Duration // since the beginning
	lasts time.Duration
	at    int  // the place
	to    int  // of oneway and pair: the other one
	moved bool // of kill and vanish: the replacement has another address
}

func (f fault) String() string {
	s := fmt.Sprintf("%v at %d", f.kind, f.at)
	if f.kind == oneway || f.kind == pair {
		s += fmt.Sprintf(" to %d", f.to)
	}
	if f.moved {
		s += ", replaced at another address"
	}
	return s
}

// touches tells whether a place is none to be counted on while it lasts.
func (f fault) touches(place int) bool {
	return f.at == place || f.to == place && (f.kind == oneway || f.kind == pair)
}

// settle is how long a place that had a fault is not counted on yet after it.
const settle = time.Second

// span is how long a kind of fault lasts: from and to.
func span(k kind, timeout time.Duration) (least, most time.Duration) {
	switch k {
	case kill, vanish:
		return 0, timeout * 3 / 2
	case nap:
		return 20 * time.Millisecond, timeout * 3 / 4
	case sleep:
		return timeout * 5 / 4, timeout * 2
	}
	return 50 * time.Millisecond, timeout * 2
}

// schedule draws faults for a time. Every kind comes before any comes
// again; how many begin while others last is drawn, too. The deadly ones begin when all
// others have passed, but those do not wait for them.
func schedule(r *rand.Rand, kinds []kind, places int, whole, timeout time.Duration) (faults []fault) {
	var deck []kind
	crowd := r.Float64() * 0.8
	var at, ends time.Duration // where the next one may begin, and when all so far have ended
	for {
		if len(deck) == 0 {
			deck = shuffled(r, kinds)
		}
		k := deck[0]
		deck = deck[1:]
		least, most := span(k, timeout)
		f := fault{kind: k, at: r.IntN(places), lasts: between(r, least, most), moved: k.deadly() && r.IntN(2) == 0}
		f.to = (f.at + 1 + r.IntN(places-1)) % places
		f.from = at + between(r, settle/2, settle*3/2)
		if k.deadly() {
			f.from = max(f.from, ends+settle)
		}
		if f.from+f.lasts > whole {
			return faults
		}
		ends = max(ends, f.from+f.lasts)
		at = ends
		if r.Float64() < crowd {
			at = f.from // the next one may begin while it lasts
		}
		faults = append(faults, f)
	}
}

func shuffled(r *rand.Rand, kinds []kind) []kind {
	deck := slices.Clone(kinds)
	r.Shuffle(len(deck), func(i, j int) { deck[i], deck[j] = deck[j], deck[i] })
	return deck
}

func between(r *rand.Rand, least, most time.Duration) time.Duration {
	return least + time.Duration(r.Int64N(int64(most-least)))
}

// turn is the beginning or the end of a fault.
type turn struct {
	when  time.Duration
	fault int // its index
	ends  bool
}

// turns are those of all faults in order of time.
func turns(faults []fault) (list []turn) {
	for i, f := range faults {
		list = append(list, turn{f.from, i, false}, turn{f.from + f.lasts, i, true})
	}
	slices.SortStableFunc(list, func(a, b turn) int { return cmp.Compare(a.when, b.when) })
	return list
}
