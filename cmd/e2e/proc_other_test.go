//go:build !linux

package e2e

import (
	"syscall"
	"testing"
	"time"
)

func dieWithParent() *syscall.SysProcAttr { return nil }

func memory(t *testing.T, _ *process) int {
	t.Skip("how to read a process's memory here is not known")
	return 0
}

func cpuTime(t *testing.T, _ *process) time.Duration {
	t.Skip("how to read a process's processor time here is not known")
	return 0
}
