//go:build !linux

package proto

import (
	"errors"
	"syscall"
)

// rawConn stands for the system calls of raw_linux.go where they are not to
// be had: a connection then goes net.Conn's way.
type rawConn struct{}

func (*rawConn) init(syscall.Conn) {}

func (*rawConn) ok() bool { return false }

func (*rawConn) read([]byte) (int, error)     { return 0, errors.ErrUnsupported }
func (*rawConn) write([]byte) (int, error)    { return 0, errors.ErrUnsupported }
func (*rawConn) tryWrite([]byte) (int, error) { return 0, errors.ErrUnsupported }
