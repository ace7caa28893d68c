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
	frame, why, err := s.frame()
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
	d.Len, d.Tail, err = s.resync()
	if err != nil {
		return 0, nil, 0, err
	}
	return 0, nil, d.Offset, d
}

// frame is the intact frame that begins here; or nil, and why there is none, which is
// "" at the end of the file.
func (s *scanner) frame() (frame []byte, why string, err error) {
	b, err := s.peek(headerLen)
	switch {
	case err != nil:
		return nil, "", err
	case len(b) == 0:
		return nil, "", nil
	case len(b) < headerLen:
		return nil, "not a whole frame", nil
	}
	n, ok := frameLen(b)
	if !ok {
		return nil, "no frame begins here", nil
	}
	if b, err = s.peek(n); err != nil {
		return nil, "", err
	}
	if len(b) < n {
		return nil, "not a whole frame", nil
	}
	if !intact(place{s.seq, s.at}, b) {
		return nil, "the checksum is wrong", nil
	}
	return b, "", nil
}

// resync goes on to the next intact frame, or the end, and returns how far that was.
func (s *scanner) resync() (passed int64, tail bool, err error) {
	for {
		s.skip(1)
		passed++
		b, err := s.peek(readBytes)
		if err != nil {
			return passed, false, err
		}
		i := bytes.Index(b, []byte(frameMark))
		if i < 0 { // the mark may begin in the last bytes
			i = max(0, len(b)-len(frameMark)+1)
			if s.eof {
				i = len(b)
			}
		}
		s.skip(i)
		passed += int64(i)
		frame, why, err := s.frame()
		if err != nil || frame != nil {
			return passed, false, err
		}
		if why == "" {
			return passed, true, nil
		}
	}
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
