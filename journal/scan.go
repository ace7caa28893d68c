package journal

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
)

// scanner goes through the frames of one file, past what is damaged. Its memory
// grows with the bytes that are there, never with a length that a header claims.
type scanner struct {
	r    io.Reader
	path string // for errors
	seq  int64
	at   int64 // the offset of buf[head]
	buf  []byte
	head int
	eof  bool
}

const readBytes = 64 << 10

func newScanner(r io.Reader, path string, seq int64) *scanner {
	return &scanner{r: r, path: path, seq: seq}
}

// next returns the next frame's kind, message and offset. The message is valid until
// the next call. Of bytes that are no frame it returns a *Damage, once, and goes on
// after them; at the end io.EOF.
func (s *scanner) next() (kind byte, msg []byte, offset int64, err error) {
	frame, size, why, err := s.frame()
	switch {
	case err != nil:
		return 0, nil, 0, err
	case frame != nil:
		offset = s.at
		s.skip(len(frame))
		return frame[3], frame[headerLen:], offset, nil
	case why == "":
		return 0, nil, 0, io.EOF
	}
	d := &Damage{Path: s.path, Offset: s.at, What: why}
	if d.Tail, err = s.resync(size); err != nil {
		return 0, nil, 0, err
	}
	d.Len = s.at - d.Offset
	return 0, nil, 0, d
}

// frame is the intact frame that begins here; or nil, and why there is none, which is
// "" at the end of the file. Of one whose header is intact size is the length.
func (s *scanner) frame() (frame []byte, size int, why string, err error) {
	b, err := s.peek(headerLen)
	switch {
	case err != nil:
		return nil, 0, "", err
	case len(b) == 0:
		return nil, 0, "", nil
	case len(b) < headerLen:
		return nil, 0, "not a whole frame", nil
	}
	n, ok := frameLen(place{s.seq, s.at}, b)
	if !ok {
		return nil, 0, "no frame begins here", nil
	}
	if b, err = s.peek(n); err != nil {
		return nil, 0, "", err
	}
	switch {
	case len(b) < n:
		return nil, len(b), "not a whole frame", nil
	case !intact(b):
		return nil, n, "the checksum is wrong", nil
	}
	return b, n, "", nil
}

// resync goes on to the next intact frame, or the end, which is then a tail. size is the length of
// the frame that begins here and is not intact, or 0.
func (s *scanner) resync(size int) (tail bool, err error) {
	for {
		if size == 0 {
			if size, err = s.search(); err != nil {
				return false, err
			}
		}
		s.skip(size)
		frame, next, why, err := s.frame()
		if err != nil || frame != nil {
			return false, err
		}
		if why == "" {
			return true, nil
		}
		size = next
	}
}

// search is how far it is to the next mark, one byte at least; or to where one might begin in what is not
// read yet.
func (s *scanner) search() (int, error) {
	b, err := s.peek(readBytes)
	if err != nil {
		return 0, err
	}
	if i := bytes.Index(b[1:], []byte(frameMark)); i >= 0 {
		return 1 + i, nil
	}
	if s.eof {
		return len(b), nil
	}
	return max(1, len(b)-len(frameMark)+1), nil
}

// peek returns the next n bytes without taking them; fewer at the end of the file.
func (s *scanner) peek(n int) ([]byte, error) {
	for len(s.buf)-s.head < n && !s.eof {
		if err := s.fill(); err != nil {
			return nil, err
		}
	}
	b := s.buf[s.head:]
	return b[:min(n, len(b))], nil
}

// fill reads some more.
func (s *scanner) fill() error {
	if s.head > 0 && (s.head == len(s.buf) || cap(s.buf)-len(s.buf) < readBytes) {
		s.buf = s.buf[:copy(s.buf, s.buf[s.head:])]
		s.head = 0
	}
	s.buf = slices.Grow(s.buf, readBytes)
	n, err := s.r.Read(s.buf[len(s.buf) : len(s.buf)+readBytes])
	s.buf = s.buf[:len(s.buf)+n]
	if errors.Is(err, io.EOF) {
		s.eof = true
		return nil
	}
	if err != nil {
		return fmt.Errorf("%s: offset %d: %w", s.path, s.at+int64(len(s.buf)-s.head), err)
	}
	return nil
}

func (s *scanner) skip(n int) {
	s.head += n
	s.at += int64(n)
}
