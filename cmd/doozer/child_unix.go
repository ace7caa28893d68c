//go:build unix

package main

import (
	"os"
	"os/exec"
	"syscall"
)

// apart has a command, and all that it has started, asked to end by SIGTERM, and
// go on if it is stopped, so that it hears of that.
func apart(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	dieWithParent(cmd.SysProcAttr)
	cmd.Cancel = func() error {
		if err := syscall.Kill(-cmd.Process.Pid, syscall.SIGTERM); err != nil {
			return err
		}
		return syscall.Kill(-cmd.Process.Pid, syscall.SIGCONT)
	}
}

// killRest kills what a command that was asked to end has left behind.
func killRest(cmd *exec.Cmd) {
	_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) // an error says that nothing is left
}

// endStatus is a command's exit status as the shell tells it.
func endStatus(st *os.ProcessState) int {
	if ws, ok := st.Sys().(syscall.WaitStatus); ok && ws.Signaled() {
		return 128 + int(ws.Signal())
	}
	return st.ExitCode()
}
