package store

// Event is one change of a file. A failed mutation's event is the set of /ctl/err.
type Event struct {
	Seqn  int64
	Path  string
	Value []byte // of a set; must not be modified
	Rev   int64  // of a set: Seqn; of a deletion: Missing
	Del   bool
	More  bool // further changes of this seqn follow
}

func (s *slot) toEvent() Event {
	path, value, _ := s.cur.rec.split()
	e := Event{Seqn: s.cur.seqn, Path: path, More: s.joined}
	if e.Del = s.dead; !e.Del {
		e.Value, e.Rev = value, e.Seqn
	}
	return e
}

// Events appends to buf the kept changes of the seqns in [from, to], in order.
func (s *Store) Events(from, to int64, buf []Event) []Event {
	h := &s.now.Load().hist
	for i := h.seek(from); i < h.next; i++ {
		switch e := h.slot(i); {
		case e.cur.seqn > to:
			return buf
		case e.event:
			buf = append(buf, e.toEvent())
		}
	}
	return buf
}
