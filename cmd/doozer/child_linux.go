package main

import (
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// dieWithParent has the kernel kill a command when doozer is killed: it must not
// go on for long without what doozer holds for it.
func dieWithParent(attr *syscall.SysProcAttr) { attr.Pdeathsig = syscall.SIGKILL }

// adopt has doozer take the place of parents that end, so that it sees the end of what
// they leave, or no more.
func adopt(on bool) {
	arg := uintptr(0)
	if on {
		arg = 1
	}
	_ = unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, arg, 0, 0, 0) // without it init sees to them
}

const seesStops = true // stoppedBy tells

// childInfo is a siginfo_t about a child, and some room: all of one is 128 bytes.
type childInfo struct {
	signo, _, _ int32
	_           [0]uintptr // what follows is aligned as a pointer is
	_, _        int32
	status      int32
	_           [128]byte
}

// stoppedBy is the signal that a command was stopped by, as SIGTSTP by Ctrl-Z, or 0: it
// was not, or has gone on. It tells once, and takes nothing from who waits for the
// command's end.
func stoppedBy(pid int) syscall.Signal {
	var info childInfo
	err := unix.Waitid(unix.P_PID, pid, (*unix.Siginfo)(unsafe.Pointer(&info)), unix.WSTOPPED|unix.WNOHANG, nil)
	if err != nil || info.signo == 0 {
		return 0
	}
	return syscall.Signal(info.status)
}
