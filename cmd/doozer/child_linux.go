package main

import (
	"syscall"

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

const seesStops = true // hasStopped tells

// hasStopped reports whether a command was stopped, as by Ctrl-Z, and has not gone on.
// It tells so once, and takes nothing from who waits for the command's end.
func hasStopped(pid int) bool {
	var info unix.Siginfo
	err := unix.Waitid(unix.P_PID, pid, &info, unix.WSTOPPED|unix.WNOHANG, nil)
	return err == nil && info.Signo != 0
}
