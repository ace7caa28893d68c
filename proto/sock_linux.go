package proto

import (
	"io"
	"sync/atomic"
	"syscall"
	"unsafe"
)

// sock is a non-blocking descriptor that the runtime's poller knows nothing
// of: what comes there wakes nobody but our own poller.
type sock struct {
	fd   uintptr
	uses atomic.Int32 // two for each call under way; and one once it is to be closed
}

const sockClosed = 1

// begin begins a call, unless the descriptor was closed.
func (s *sock) begin() bool {
	for {
		n := s.uses.Load()
		if n&sockClosed != 0 {
			return false
		}
		if s.uses.CompareAndSwap(n, n+2) {
			return true
		}
	}
}

// done ends a call. The last one closes what is to be closed: the number may
// be another connection's right after.
func (s *sock) done() {
	if s.uses.Add(-2) == sockClosed {
		syscall.Close(int(s.fd))
	}
}

func (s *sock) close() {
	if s.begin() {
		s.uses.Or(sockClosed)
		s.done()
	}
}

// read reads what is there into b. more is false when that was all.
func (s *sock) read(b []byte) (n int, more bool, err error) {
	n, err = s.call(syscall.SYS_READ, b)
	switch {
	case err == syscall.EAGAIN:
		return 0, false, nil
	case err == nil && n == 0:
		err = io.EOF
	}
	return n, true, err
}

// write writes what of b is taken, which may be nothing.
func (s *sock) write(b []byte) (int, error) {
	n, err := s.call(syscall.SYS_WRITE, b)
	if err == syscall.EAGAIN {
		return 0, nil
	}
	return n, err
}

func (s *sock) call(trap uintptr, b []byte) (int, error) {
	if !s.begin() {
		return 0, syscall.EBADF
	}
	defer s.done()
	for {
		n, _, errno := syscall.RawSyscall(trap, s.fd, uintptr(unsafe.Pointer(unsafe.SliceData(b))), uintptr(len(b)))
		switch errno {
		case 0:
			return int(n), nil
		case syscall.EINTR:
			continue
		}
		return 0, errno
	}
}
