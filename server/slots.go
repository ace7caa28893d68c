package server

import (
	"context"

	"github.com/ha/doozer/proto"
	"github.com/ha/doozer/store"
)

// none ends a chain of slots.
const none = -1

// slot is the place of one outstanding request. It is taken when the request
// arrives and given back by whoever ends it, even if it was cancelled.
type slot struct {
	tag    int32
	tagged bool // linked by its tag: it has one, and was not cancelled
	silent bool // cancelled: nothing more is said
	hasTag bool
	used   bool
	held   bool // a CHECKIN that is answered later; it counts as a stream
	verb   proto.Request_Verb
	bytes  int32              // of the mutation that it proposed
	next   int32              // in its tag's chain, or in the free list
	stop   context.CancelFunc // ends its stream, or what holds it; nil: there is none
	watch  *store.Watch       // what its stream follows; nil: nothing
}

// slots is a connection's outstanding requests: an array of slots, and a hash
// table from tags to them, with chains through the slots themselves.
// Clients count their tags up, so the tag's low bits spread them well.
type slots struct {
	all    []slot
	free   int32   // the first free slot
	used   int     // slots that are not free
	bytes  int     // of all mutations proposed
	chains []int32 // by tag's low bits: the first slot; a power of two, as many as slots
}

// find returns the slot whose tag is outstanding, or none.
func (s *slots) find(tag int32) int32 {
	if len(s.chains) == 0 {
		return none
	}
	i := s.chains[s.chain(tag)]
	for i != none && s.all[i].tag != tag {
		i = s.all[i].next
	}
	return i
}

func (s *slots) chain(tag int32) int { return int(uint32(tag)) & (len(s.chains) - 1) }

// take gives a request a slot. Its tag, if it has one, must not be
// outstanding.
func (s *slots) take(tag int32, hasTag bool, verb proto.Request_Verb) int32 {
	if s.used == len(s.all) {
		s.grow()
	}
	i := s.free
	s.free = s.all[i].next
	s.used++
	s.all[i] = slot{tag: tag, tagged: hasTag, hasTag: hasTag, used: true, verb: verb, next: none}
	if hasTag {
		s.link(i)
	}
	return i
}

// weigh counts the bytes of a request's mutation, until it ends.
func (s *slots) weigh(i int32, bytes int) {
	s.bytes += bytes - int(s.all[i].bytes)
	s.all[i].bytes = int32(bytes)
}

// silence makes a request say nothing more, and its tag free to be used.
func (s *slots) silence(i int32) {
	s.unlink(i)
	s.all[i].silent = true
}

// give ends a request. Its slot must be in use.
func (s *slots) give(i int32) {
	if !s.all[i].used {
		panic("server: a request was ended twice")
	}
	s.unlink(i)
	s.bytes -= int(s.all[i].bytes)
	s.all[i] = slot{next: s.free}
	s.free = i
	s.used--
}

func (s *slots) link(i int32) {
	head := &s.chains[s.chain(s.all[i].tag)]
	s.all[i].next = *head
	*head = i
}

// unlink takes a slot out of its tag's chain, if it is in one.
func (s *slots) unlink(i int32) {
	if !s.all[i].tagged {
		return
	}
	at := &s.chains[s.chain(s.all[i].tag)]
	for *at != i {
		at = &s.all[*at].next
	}
	*at = s.all[i].next
	s.all[i].tagged = false
}

// grow doubles the slots, all of which are in use, and the chains.
func (s *slots) grow() {
	old := len(s.all)
	size := max(8, 2*old)
	s.all = append(s.all, make([]slot, size-old)...)
	s.chains = make([]int32, size)
	for i := range s.chains {
		s.chains[i] = none
	}
	for i := range s.all[:old] {
		if s.all[i].tagged {
			s.link(int32(i))
		}
	}
	for i := old; i < size; i++ {
		s.all[i].next = int32(i) + 1 // the last one's is never followed: used == len(all) then
	}
	s.free = int32(old)
}
