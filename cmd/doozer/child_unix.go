//go:build unix

package main

import (
	"os"
	"os/exec"
	"syscall"
	"time"
)

// apart gives a command a process group, which all that it starts is in.
func apart(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	dieWithParent(cmd.SysProcAttr)
}

// ask asks a command, and all that it has started, to end by SIGTERM, and to go on if
// it is stopped, so that it hears of that.
func ask(leader *os.Process) error {
	adopt(true)
	if err := syscall.Kill(-leader.Pid, syscall.SIGTERM); err != nil {
		return err
	}
	return syscall.Kill(-leader.Pid, syscall.SIGCONT)
}

// endRest waits for the end of what a command that was asked to end has left in its
// group, and kills it after the deadline.
func endRest(group int, deadline time.Time) {
	defer adopt(false)
	for !isGone(group) && time.Now().Before(deadline.Add(killing)) {
		if time.Now().After(deadline) {
			_ = syscall.Kill(-group, syscall.SIGKILL) // an error says that nothing is left
		}
		time.Sleep(restPoll)
	}
}

const (
	restPoll = 10 * time.Millisecond
	killing  = time.Second // until what was killed should be gone
)

// isGone reports whether a process group is, of which the leader has ended: that of
// the others is for their parent to see, which is doozer, if it has adopted them.
func isGone(group int) bool {
	for pid := 1; pid > 0; {
		pid, _ = syscall.Wait4(-group, nil, syscall.WNOHANG, nil)
	}
	return syscall.Kill(-group, 0) != nil
}

// endStatus is a command's exit status as the shell tells it.
func endStatus(st *os.ProcessState) int {
	if ws, ok := st.Sys().(syscall.WaitStatus); ok && ws.Signaled() {
		return 128 + int(ws.Signal())
	}
	return st.ExitCode()
}
