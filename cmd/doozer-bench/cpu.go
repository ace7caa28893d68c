package main

import (
	"bytes"
	"fmt"
	"os"
	"time"
)

// tick is the unit of CPU times in /proc: it is the same on all that Go runs on.
const tick = 10 * time.Millisecond

// cpu is the CPU time that the processes took so far; 0 where there is no /proc.
func (s *server) cpu() (sum time.Duration) {
	for _, d := range s.cpus() {
		sum += d
	}
	return sum
}

// cpus is the CPU time of each.
func (s *server) cpus() []time.Duration {
	all := make([]time.Duration, len(s.procs))
	for i, p := range s.procs {
		all[i] = cpuOf(p.cmd.Process.Pid)
	}
	return all
}

func cpuOf(pid int) time.Duration {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0
	}
	return parseCPU(stat)
}

// parseCPU adds user and system time, the 14th and 15th field; the second, a name, may hold anything.
func parseCPU(stat []byte) time.Duration {
	fields := bytes.Fields(stat[bytes.LastIndexByte(stat, ')')+1:])
	if len(fields) < 13 {
		return 0
	}
	var user, system int64
	fmt.Sscan(string(fields[11]), &user)
	fmt.Sscan(string(fields[12]), &system)
	return time.Duration(user+system) * tick
}
