package main

import (
	"bytes"
	"context"
	"fmt"
	"os/exec"
	"strconv"
)

// count is how many operations each benchmark makes. It is fixed, so that what grows now and then grows as often each
// time; it is a multiple of all batches, so that no operation is begun and not carried out; and so large that what the runtime
// allocates beside is no whole allocation for each operation.
const count = 4096

// packages are those whose allocations do not depend on when goroutines run.
var packages = []string{"./store", "./proto", "./proto/access", "./consensus", "./peer"}

// measure runs the benchmarks, on one core: with more, allocations of others would be counted, too.
func measure(ctx context.Context, root string, rounds int) (table, error) {
	args := []string{"test", "-short", "-run", "^$", "-bench", ".", "-cpu", "1", "-timeout", "2m",
		"-benchtime", strconv.Itoa(count) + "x", "-count", strconv.Itoa(rounds)}
	cmd := exec.CommandContext(ctx, "go", append(args, packages...)...)
	cmd.Dir = root
	out, err := cmd.CombinedOutput()
	if err != nil {
		return nil, fmt.Errorf("%v: %w\n%s", cmd.Args, err, out)
	}
	return parse(bytes.NewReader(out), "the benchmarks' output")
}
