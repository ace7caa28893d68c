package journal

import (
	"cmp"
	"errors"
	"io"
	"slices"
)

// merger yields the records of several segments by revision, each once. As a rule a segment begins where the
// one before it ends. Where it was begun before damage, for the cluster had what was lost, both
// may have the same records.
type merger struct {
	todo []*Segment // that are not open yet, by After
	open []*source
	p    Progress
	bad  []*Damage // met after the last record of a segment that was read to its end
}

// source is a segment that is open.
type source struct {
	*segmentReader
	seg   *Segment
	rec   *Record   // its next one
	bad   []*Damage // met before that
	first bool      // no record came before it
}

func newMerger(segs []*Segment, p Progress) *merger {
	segs = slices.Clone(segs)
	slices.SortStableFunc(segs, func(a, b *Segment) int { return cmp.Compare(a.After, b.After) })
	return &merger{todo: segs, p: p}
}

// piece is a record, what was met before it in its segment, and that segment if it is the first one there.
type piece struct {
	rec   *Record
	bad   []*Damage
	begun *Segment
}

// next is the next record; at the end it is nil, with what was met since the last one.
func (m *merger) next() (p piece, err error) {
	low, err := m.lowest()
	if err != nil || low == nil {
		p.bad, m.bad = m.bad, nil
		return p, err
	}
	p = piece{rec: low.rec, bad: append(m.bad, low.bad...)}
	if low.first {
		p.begun = low.seg
	}
	m.bad = nil
	for i := len(m.open) - 1; i >= 0; i-- { // from the end on: advance may take it out
		s := m.open[i]
		if s.rec.Rev != p.rec.Rev {
			continue
		}
		if s != low {
			p.bad = append(p.bad, s.bad...)
		}
		if err := m.advance(s); err != nil {
			return p, err
		}
	}
	return p, nil
}

// lowest is the source with the lowest revision; nil when there is none left.
func (m *merger) lowest() (low *source, err error) {
	for {
		low = nil
		for _, s := range m.open {
			if low == nil || s.rec.Rev < low.rec.Rev {
				low = s
			}
		}
		if len(m.todo) == 0 || low != nil && m.todo[0].After >= low.rec.Rev {
			return low, nil
		}
		r, err := m.todo[0].open(m.p)
		if err != nil {
			return nil, err
		}
		s := &source{segmentReader: r, seg: m.todo[0]}
		m.todo, m.open = m.todo[1:], append(m.open, s)
		if err := m.advance(s); err != nil {
			return nil, err
		}
		s.first = true
	}
}

// advance reads a source's next record, and closes it if there is none.
func (m *merger) advance(s *source) error {
	s.bad, s.first = nil, false
	for {
		rec, err := s.next()
		var d *Damage
		switch {
		case err == nil:
			s.rec = rec
			return nil
		case errors.As(err, &d):
			s.bad = append(s.bad, d)
		case errors.Is(err, io.EOF):
			m.bad = append(m.bad, s.bad...)
			m.open = slices.DeleteFunc(m.open, func(o *source) bool { return o == s })
			s.close()
			return nil
		default:
			return err
		}
	}
}

// close ends it before its end.
func (m *merger) close() {
	for _, s := range m.open {
		s.close()
	}
	m.open = nil
}
