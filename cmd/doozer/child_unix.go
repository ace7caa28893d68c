//go:build unix

package main

import (
	"os"
	"os/exec"
	"syscall"
)

// apart has a command asked to end by SIGTERM: all that it has started with it, if it
// is to have a process group of its own. On a terminal it is to have none, or it
// could not read from there, nor be stopped and interrupted together with doozer.
func apart(cmd *exec.Cmd, group bool) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: group}
	dieWithParent(cmd.SysProcAttr)
	cmd.Cancel = func() error { return syscall.Kill(target(cmd), syscall.SIGTERM) }
}

// target is what signals go to.
func target(cmd *exec.Cmd) int {
	if cmd.SysProcAttr.Setpgid {
		return -cmd.Process.Pid
	}
	return cmd.Process.Pid
}

// killRest kills what a command that was asked to end has left behind.
func killRest(cmd *exec.Cmd) {
	if cmd.SysProcAttr.Setpgid {
		_ = syscall.Kill(target(cmd), syscall.SIGKILL) // an error says that nothing is left
	}
}

// endStatus is a command's exit status as the shell tells it.
func endStatus(st *os.ProcessState) int {
	if ws, ok := st.Sys().(syscall.WaitStatus); ok && ws.Signaled() {
		return 128 + int(ws.Signal())
	}
	return st.ExitCode()
}
