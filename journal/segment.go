package journal

import (
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"strings"

	"github.com/ha/doozer/store"
)

const formatVersion = 1

// Head reads the first frame of a segment. A *Damage or ErrNotJournal: it cannot be read, and what
// comes after it perhaps can.
func (s *Segment) Head() (*Head, error) {
	f, err := os.Open(s.Path)
	if err != nil {
		return nil, gone(err)
	}
	defer f.Close()
	return readHead(newScanner(&patient{src: f}, s.Path, s.Seq))
}

// states reports whether the head says that changes are missing before the segment, and that all up to a
// revision are none of those that were durable.
func (s *Segment) states(at int64) bool {
	h, err := s.Head()
	return err == nil && h.Gap && at >= h.Last
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
	return parseHead(msg, sc.path)
}

func parseHead(msg []byte, path string) (*Head, error) {
	h := new(Head)
	if err := h.UnmarshalVT(msg); err != nil {
		return nil, fmt.Errorf("%s: %w: %w", path, ErrNotJournal, err)
	}
	if h.Version != formatVersion {
		return nil, fmt.Errorf("%s: the format's version is %d, and this program knows %d", path, h.Version, formatVersion)
	}
	return h, nil
}

// scan is records, of whose reading nobody is told.
func (s *Segment) scan(yield func(*Record, error) bool) { s.records(nil)(yield) }

// records yields what lies in the segment: records with ascending revisions, and a *Damage
// for each stretch that is none. Any other error is the last.
func (s *Segment) records(p Progress) iter.Seq2[*Record, error] {
	return func(yield func(*Record, error) bool) {
		r, err := s.open(p)
		if err != nil {
			yield(nil, err)
			return
		}
		defer r.close()
		for more := true; more; {
			rec, err := r.next()
			if errors.Is(err, io.EOF) {
				return
			}
			more = yield(rec, err) && (err == nil || isDamage(err))
		}
	}
}

// segmentReader reads a segment's records one by one.
type segmentReader struct {
	f    *os.File // nil: it is gone
	sc   *scanner
	last int64 // the revision of the latest record
}

func (s *Segment) open(p Progress) (*segmentReader, error) {
	f, err := os.Open(s.Path)
	if s.newest && errors.Is(err, os.ErrNotExist) { // the writer took it back, for it could not write to it
		return &segmentReader{nil, newScanner(strings.NewReader(""), s.Path, s.Seq), s.After}, nil
	}
	if err != nil {
		return nil, gone(err)
	}
	return &segmentReader{f, newScanner(p.Reader(&patient{src: f}), s.Path, s.Seq), s.After}, nil
}

// gone says of a file that was listed and is not there that it was dropped since.
func gone(err error) error {
	if errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("%w: it was dropped while the folder was read: %w", ErrMissing, err)
	}
	return err
}

func (r *segmentReader) close() {
	if r.f != nil {
		r.f.Close()
	}
}

// next is the next record, a *Damage, io.EOF, or another error.
func (r *segmentReader) next() (*Record, error) {
	for {
		kind, msg, offset, err := r.sc.next()
		if err != nil {
			return nil, err
		}
		rec := new(Record)
		switch kind {
		case kindHead:
			if _, err := parseHead(msg, r.sc.path); err != nil {
				return nil, err
			}
			continue
		case kindRecord:
			if err = rec.UnmarshalVT(msg); err == nil {
				err = rec.check(r.last)
			}
		default:
			err = fmt.Errorf("a frame of kind %q", kind)
		}
		if err != nil {
			return nil, &Damage{Path: r.sc.path, Offset: offset, Len: headerLen + int64(len(msg)), What: err.Error()}
		}
		r.last = rec.Rev
		return rec, nil
	}
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
