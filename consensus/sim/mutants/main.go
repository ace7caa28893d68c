// Mutants tests the tester: it plants bugs in package consensus, one at a time,
// and tells how many schedules the simulator takes to find each.
//
// A bug is an edit of the source (bugs/*.txt list them; load.go tells how), which the
// go command is told of by -overlay: the files themselves stay as they are. Of
// every bug the schedules of several starting seeds are run until the first that
// fails.
//
//	go run ./consensus/sim/mutants            all, to standard output
//	go run ./consensus/sim/mutants -o doc/testing.md
//	go run ./consensus/sim/mutants -v RSVP    those with RSVP in their names
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"sync"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "mutants:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	starts := flag.Int("starts", 7, "how many starting seeds")
	limit := flag.Int("n", 20000, "how many schedules from each")
	workers := flag.Int("j", 2, "how many bugs to try at once")
	page := flag.String("o", "", "put the table in this page")
	verbose := flag.Bool("v", false, "tell of each bug as it is found")
	flag.Parse()

	root, err := moduleRoot(ctx)
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "mutants")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	groups, err := load(root)
	if err != nil {
		return err
	}
	groups = choose(groups, flag.Args())
	b := &bench{root: root, dir: dir, starts: *starts, limit: *limit}
	outcomes, err := b.tryAll(ctx, groups, *workers, func(m *mutant, o *outcome) {
		if *verbose {
			fmt.Fprint(os.Stderr, row(m, o, *limit))
		}
	})
	if err != nil {
		return err
	}
	text := b.table(groups, outcomes)
	if *page == "" {
		fmt.Print(text)
		return nil
	}
	return insert(filepath.Clean(*page), text)
}

// tryAll tries the mutants, so many at a time, and gives their outcomes by name.
func (b *bench) tryAll(ctx context.Context, groups []group, workers int, tell func(*mutant, *outcome)) (map[string]outcome, error) {
	var (
		mu       sync.Mutex // guards what follows, and tell
		outcomes = make(map[string]outcome)
		failed   error
		wg       sync.WaitGroup
	)
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	todo := make(chan *mutant)
	for range workers {
		wg.Go(func() {
			for m := range todo {
				o := b.try(ctx, m)
				mu.Lock()
				if o.err == nil {
					outcomes[m.name] = o
					tell(m, &o)
				} else if failed == nil {
					failed = o.err
					cancel()
				}
				mu.Unlock()
			}
		})
	}
	for _, g := range groups {
		for i := range g.mutants {
			todo <- &g.mutants[i]
		}
	}
	close(todo)
	wg.Wait()
	return outcomes, failed
}
