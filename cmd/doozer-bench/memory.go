package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// What nodes hold when their memory is looked at: so many files, and a full history.
const (
	memoryFiles   = 100_000
	memoryChanges = 360_000 // doozerd's default for -hist
	memoryDir     = "/memory"
)

const megabyte = 1e6

// memory is what each of three nodes takes, in megabytes.
type memory struct {
	resident []float64 // as the kernel counts it, right after the last write
	heap     []float64 // what was alive at the end of the last garbage collection
}

func measureMemory(ctx context.Context, b *bench) (*memory, error) {
	nodes, err := startFilled(ctx, b.doozerd, 3, memoryDir, memoryFiles, "GODEBUG=gctrace=1")
	if err != nil {
		return nil, err
	}
	defer nodes.stop()
	if err := write(ctx, nodes, memoryDir, memoryFiles, memoryChanges); err != nil {
		return nil, err
	}
	m := &memory{}
	for _, p := range nodes.procs {
		resident, err := residentOf(p.cmd.Process.Pid)
		if err != nil {
			return nil, err
		}
		heap, err := parseHeap(p.stderr.String())
		if err != nil {
			return nil, err
		}
		m.resident, m.heap = append(m.resident, resident), append(m.heap, heap)
	}
	return m, nil
}

// residentOf is in megabytes.
func residentOf(pid int) (float64, error) {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, err
	}
	return parseResident(status)
}

func parseResident(status []byte) (float64, error) {
	_, rest, ok := bytes.Cut(status, []byte("VmRSS:"))
	if !ok {
		return 0, errors.New("the kernel does not tell what is resident")
	}
	var kilobytes float64
	if _, err := fmt.Sscan(string(rest), &kilobytes); err != nil {
		return 0, fmt.Errorf("what is resident: %w", err)
	}
	return kilobytes * 1024 / megabyte, nil
}

// gcLine is what Go's runtime says of a garbage collection: the heap at its begin and end, and what of it lives.
var gcLine = regexp.MustCompile(`(?m)^gc \d+ @.* \d+->\d+->(\d+) MB`)

// parseHeap finds what the last garbage collection left, in megabytes.
func parseHeap(log string) (float64, error) {
	all := gcLine.FindAllStringSubmatch(log, -1)
	if len(all) == 0 {
		return 0, fmt.Errorf("there was no garbage collection: %q", log)
	}
	mib, err := strconv.ParseFloat(all[len(all)-1][1], 64)
	return mib * (1 << 20) / megabyte, err
}

func (m *memory) goals() []goal {
	return []goal{never(200, "memory of a node, MB: 100,000 files, 360,000 revisions of 64 bytes", m.resident...)}
}

func (m *memory) write(b *strings.Builder) {
	fmt.Fprintf(b, `## Memory

Three nodes, after %s files were written, and then %s changes of these, of %d bytes each.

| | MB of each node |
|---|---:|
| resident, right after the last write | %.0f to %.0f |
| alive after the last garbage collection that there was | %.0f to %.0f |
`, count(memoryFiles), count(memoryChanges), valueLen,
		slices.Min(m.resident), slices.Max(m.resident), slices.Min(m.heap), slices.Max(m.heap))
}
