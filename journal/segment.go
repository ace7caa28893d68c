package journal

import (
	"errors"
	"fmt"
	"io"
	"iter"
	"os"

	"github.com/ha/doozer/store"
)

const formatVersion = 1

// Head reads the first frame of a segment. A *Damage or ErrNotJournal: it cannot be read, and what
// comes after it perhaps can.
func (s *Segment) Head() (*Head, error) {
	f, err := os.Open(s.Path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return readHead(newScanner(f, s.Path, s.Seq))
}

func readHead(sc *scanner) (*Head, error) {
	kind, msg, _, err := sc.next()
	switch {
	case errors.Is(err, io.EOF):
		return nil, fmt.Errorf("%s: %w: it is empty", sc.path, ErrNotJournal)
	case err != nil:
		return nil, err
	case kind != kindHead:
		return nil, fmt.Errorf("%s: %w: it has no head", sc.path, ErrNotJournal)
	}
	h := new(Head)
	if err := h.UnmarshalVT(msg); err != nil {
		return nil, fmt.Errorf("%s: %w: %w", sc.path, ErrNotJournal, err)
	}
	if h.Version != formatVersion {
		return nil, fmt.Errorf("%s: the format's version is %d, and this program knows %d", sc.path, h.Version, formatVersion)
	}
	return h, nil
}

// scan is records, of whose reading nobody is told.
func (s *Segment) scan(yield func(*Record, error) bool) { s.records(nil)(yield) }

// records yields what lies in the segment: records with ascending revisions, and a *Damage
// for each stretch that is none. Any other error is the last.
func (s *Segment) records(p Progress) iter.Seq2[*Record, error] {
	return func(yield func(*Record, error) bool) {
		f, err := os.Open(s.Path)
		if err != nil {
			yield(nil, err)
			return
		}
		defer f.Close()
		sc := newScanner(p.Reader(f), s.Path, s.Seq)
		last := s.After
		for {
			r, err := nextRecord(sc, last)
			if errors.Is(err, io.EOF) {
				return
			}
			if r == nil && err == nil {
				continue // the head
			}
			if !yield(r, err) || err != nil && !isDamage(err) {
				return
			}
			if r != nil {
				last = r.Rev
			}
		}
	}
}

// nextRecord reads a record beyond revision last; nil for the head.
func nextRecord(sc *scanner, last int64) (*Record, error) {
	kind, msg, offset, err := sc.next()
	if err != nil {
		return nil, err
	}
	r := new(Record)
	switch kind {
	case kindHead:
		return nil, nil
	case kindRecord:
		if err = r.UnmarshalVT(msg); err == nil {
			err = r.check(last)
		}
	default:
		err = fmt.Errorf("a frame of kind %q", kind)
	}
	if err != nil {
		return nil, &Damage{Path: sc.path, Offset: offset, Len: headerLen + int64(len(msg)), What: err.Error()}
	}
	return r, nil
}

// check says what is wrong with a record that is to follow revision last.
func (r *Record) check(last int64) error {
	if r.Rev <= last || r.Step < 1 || r.Rev-r.Step < last {
		return fmt.Errorf("revision %d, following on %d, after %d", r.Rev, r.Rev-r.Step, last)
	}
	if len(r.Changes) == 0 {
		return fmt.Errorf("revision %d without a change", r.Rev)
	}
	for _, c := range r.Changes {
		if c == nil {
			return fmt.Errorf("revision %d: an empty change", r.Rev)
		}
		if err := checkFile(c.Path, c.Value); err != nil {
			return fmt.Errorf("revision %d: %w", r.Rev, err)
		}
	}
	return nil
}

func checkFile(path string, value []byte) error {
	if len(value) > store.MaxValue {
		return fmt.Errorf("%w: %d bytes of %.80q", store.ErrValueTooLarge, len(value), path)
	}
	return store.CheckPath(path)
}

func isDamage(err error) bool { return errors.As(err, new(*Damage)) }
