// Allocs counts what the benchmarks of Doozer's parts allocate for each operation, and compares it with the table of what
// they allocated before: "make allocs" does so, and "make allocs-update" writes the table anew. Times differ from machine to machine, and
// from minute to minute; these counts do not.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
)

// tablePath is where the table is kept, from the top of the clone.
const tablePath = "doc/allocs.txt"

func main() {
	root := flag.String("root", "../..", "the top `folder` of the clone")
	update := flag.Bool("update", false, "write the table anew")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	do := check
	if *update {
		do = renew
	}
	if err := do(ctx, *root); err != nil {
		fmt.Fprintln(os.Stderr, "allocs:", err)
		os.Exit(1)
	}
}

func check(ctx context.Context, root string) error {
	was, err := readTable(filepath.Join(root, tablePath))
	if err != nil {
		return err
	}
	now, err := measure(ctx, root, 1)
	if err != nil {
		return err
	}
	worse, better := compare(was, now)
	for _, line := range append(better, worse...) {
		fmt.Println(line)
	}
	if len(worse) > 0 {
		return fmt.Errorf("%d benchmarks are not as %s has them; if that is as it should be: make allocs-update", len(worse), tablePath)
	}
	fmt.Printf("none of %d benchmarks allocates twice of what %s has\n", len(now), tablePath)
	return nil
}

// rounds is how often each benchmark runs for a new table, which keeps the highest figures.
const rounds = 3

func renew(ctx context.Context, root string) error {
	now, err := measure(ctx, root, rounds)
	if err != nil {
		return err
	}
	return now.write(filepath.Join(root, tablePath))
}
