package proto

import (
	"io"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// rawConn reads and writes a non-blocking descriptor itself. Beside net.Conn's
// own way it saves telling the scheduler about system calls that never block,
// which is a large part of what a small request costs. Waiting is left to the
// runtime's poller. One goroutine reads and one writes at a time.
type rawConn struct {
	rc      syscall.RawConn
	in, out call
}

// call is one direction's system call, kept so that a closure is made once
// a connection.
type call struct {
	trap uintptr
	wait bool // until the descriptor is ready; otherwise try once
	buf  []byte
	n    int
	err  error
	do   func(fd uintptr) bool
}

func (r *rawConn) init(sc syscall.Conn) {
	rc, err := sc.SyscallConn()
	if err != nil {
		return // then the connection goes net.Conn's way, and finds out what is wrong
	}
	r.rc = rc
	r.in = call{trap: syscall.SYS_READ, wait: true}
	r.in.do = r.in.try
	r.out = call{trap: syscall.SYS_WRITE}
	r.out.do = r.out.try
}

func (r *rawConn) ok() bool { return r.rc != nil }

// dup is the descriptor once more, unknown to the runtime.
func (r *rawConn) dup() (fd int, err error) {
	if e := r.rc.Control(func(own uintptr) { fd, err = unix.FcntlInt(own, unix.F_DUPFD_CLOEXEC, 0) }); e != nil {
		return 0, e
	}
	return fd, err
}

// read reads what is there into b, waiting for the first byte.
func (r *rawConn) read(b []byte) (int, error) {
	r.in.buf = b
	if err := r.rc.Read(r.in.do); err != nil {
		return 0, err
	}
	if r.in.n == 0 && r.in.err == nil {
		return 0, io.EOF
	}
	return r.in.n, r.in.err
}

// write writes some of b, waiting until any of it is taken.
func (r *rawConn) write(b []byte) (int, error) { return r.send(b, true) }

// tryWrite writes what of b is taken without waiting, which may be nothing.
func (r *rawConn) tryWrite(b []byte) (int, error) { return r.send(b, false) }

func (r *rawConn) send(b []byte, wait bool) (int, error) {
	r.out.buf, r.out.wait = b, wait
	err := r.rc.Write(r.out.do)
	r.out.buf = nil // it may be large, and the next write far off
	if err != nil {
		return 0, err
	}
	return r.out.n, r.out.err
}

// try makes the call once, and returns false to be called again when the
// descriptor is ready.
func (c *call) try(fd uintptr) bool {
	c.n, c.err = 0, nil
	for {
		n, _, errno := syscall.RawSyscall(c.trap, fd, uintptr(unsafe.Pointer(unsafe.SliceData(c.buf))), uintptr(len(c.buf)))
		switch errno {
		case 0:
			c.n = int(n)
			return true
		case syscall.EINTR:
			continue
		case syscall.EAGAIN:
			return !c.wait
		}
		c.err = errno
		return true
	}
}
