package main

import (
	"os"
	"testing"

	"github.com/bmizerany/assert"
)

func TestParseHeap(t *testing.T) {
	log := "gc 1 @0.1s 2%: 0.1+1+0 ms clock, 0.2+0/1/2+0 ms cpu, 4->5->2 MB, 4 MB goal, 0 MB stacks, 0 MB globals, 2 P\n" +
		"level=INFO msg=\"gc 9 @1s 1->1->99 MB\"\n" +
		"gc 2 @0.5s 2%: 0.1+1+0 ms clock, 0.2+0/1/2+0 ms cpu, 140->150->100 MB, 200 MB goal, 2 P\n"
	heap, err := parseHeap(log)
	assert.Equal(t, nil, err)
	assert.Equal(t, 104.8576, heap)
	_, err = parseHeap("level=INFO msg=began")
	assert.NotEqual(t, nil, err)
}

func TestParseResident(t *testing.T) {
	mb, err := parseResident([]byte("VmHWM:\t 9 kB\nVmRSS:\t  1000 kB\nThreads: 3\n"))
	assert.Equal(t, nil, err)
	assert.Equal(t, 1.024, mb)
	_, err = parseResident([]byte("VmHWM:\t 9 kB\n"))
	assert.NotEqual(t, nil, err)
	if _, err := os.Stat("/proc/self/status"); err != nil {
		t.Skip("there is no /proc")
	}
	mb, err = residentOf(os.Getpid())
	assert.Equal(t, nil, err)
	assert.T(t, mb > 1, mb)
}
