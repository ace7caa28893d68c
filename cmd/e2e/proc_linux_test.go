package e2e

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/bmizerany/assert"
)

// dieWithParent has the kernel kill a process when its test dies.
func dieWithParent() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
}

// memory is what a process has in memory, in MiB.
func memory(t *testing.T, p *process) int {
	t.Helper()
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))
	assert.Equal(t, nil, err)
	_, rest, ok := strings.Cut(string(b), "VmRSS:")
	assert.T(t, ok)
	kib, err := strconv.Atoi(strings.Fields(rest)[0])
	assert.Equal(t, nil, err)
	return kib / 1024
}

// cpuTime is the processor time that a process has used.
func cpuTime(t *testing.T, p *process) time.Duration {
	t.Helper()
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", p.cmd.Process.Pid))
	assert.Equal(t, nil, err)
	_, rest, ok := strings.Cut(string(b), ") ") // after the name
	assert.T(t, ok)
	fields := strings.Fields(rest)
	user, err := strconv.Atoi(fields[11])
	assert.Equal(t, nil, err)
	system, err := strconv.Atoi(fields[12])
	assert.Equal(t, nil, err)
	const tick = 10 * time.Millisecond // USER_HZ is 100 on all that Go runs on
	return time.Duration(user+system) * tick
}
