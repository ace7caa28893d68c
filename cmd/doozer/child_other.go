//go:build !unix

package main

import (
	"os"
	"os/exec"
	"time"
)

// apart does nothing: there are no process groups here.
func apart(*exec.Cmd) {}

// ask kills: a command cannot be asked here.
func ask(leader *os.Process) error { return leader.Kill() }

// lend does nothing: a terminal is nobody's own here.
func lend(int, bool, func() error) (takeBack func(*os.ProcessState)) {
	return func(*os.ProcessState) {}
}

func endRest(int, time.Time) {}

func endStatus(st *os.ProcessState) int { return st.ExitCode() }
