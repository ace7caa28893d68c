//go:build !unix

package main

import (
	"os"
	"os/exec"
)

// apart does nothing: a command is killed here when it is to end.
func apart(*exec.Cmd) {}

// lend does nothing: a terminal is nobody's own here.
func lend(int, bool, func() error) (takeBack func(*os.ProcessState)) {
	return func(*os.ProcessState) {}
}

func killRest(*exec.Cmd) {}

func endStatus(st *os.ProcessState) int { return st.ExitCode() }
