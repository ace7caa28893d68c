package main

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/bmizerany/assert"
)

func TestParseCPU(t *testing.T) {
	assert.Equal(t, 30*time.Millisecond, parseCPU([]byte("7 (a ) b) S 1 2 3 4 5 6 7 8 9 10 1 2 99")))
	assert.Equal(t, time.Duration(0), parseCPU([]byte("7 (a) S 1 2")))
	if _, err := os.Stat("/proc/self/stat"); err != nil {
		t.Skip("there is no /proc")
	}
	before := cpuOf(os.Getpid())
	for end := time.Now().Add(100 * time.Millisecond); time.Now().Before(end); {
	}
	assert.T(t, cpuOf(os.Getpid()) > before)
}

func TestSessionsPage(t *testing.T) {
	var b strings.Builder
	(&sessions{making: time.Second, idle: 0.05, held: 0.25, lost: 3}).write(&b)
	for _, line := range []string{"10,000 sessions", "| 5.0 |", "| 25.0 |", "lost | 3 |", "| 1,000 |"} {
		assert.T(t, strings.Contains(b.String(), line), line, b.String())
	}
}
