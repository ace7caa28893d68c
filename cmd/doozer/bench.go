package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os/signal"
	"slices"
	"sync"
	"syscall"
	"time"

	"github.com/spf13/pflag"

	"github.com/ha/doozer/client"
	"github.com/ha/doozer/store"
)

func benchVerb() verb {
	return verb{
		name: "bench", tidies: true, formats: "json",
		brief: "measure how fast the cluster is",
		help: `Writes and then reads files below a directory of its own, /bench-<random>,
with one connection, and prints how many operations there were in a second,
and how long they took. It deletes the files in the end, also when it is
interrupted. The figures are those of this machine and its way to the node as
well.

    $ doozer bench -count 20000
    SET  20000 in 1.71s  11695/s  50% 1.27ms  90% 1.83ms  99% 3.1ms  max 9.8ms
    GET  20000 in 261ms  76628/s  50% 187µs  90% 301µs  99% 890µs  max 3.2ms
`,
		setup: func(fs *pflag.FlagSet) action {
			var b bench
			fs.IntVar(&b.n, "count", 10_000, "operations of each kind, a `number` from 1 to 1000000")
			fs.IntVarP(&b.clients, "c", "c", 16, "operations at a time, a `number` from 1 to 1024")
			fs.IntVar(&b.size, "size", 100, "the size of a value, in `bytes`")
			return b.run
		},
	}
}

// bench is a short load.
type bench struct {
	n, clients, size int
	dir              string
}

const (
	mostOps     = 1_000_000
	mostAtATime = 1024
	filesBench  = 256 // that are written, again and again
)

func (b *bench) run(ctx context.Context, s *session, _ []string) (err error) {
	switch {
	case b.n < 1 || b.n > mostOps:
		return usageError(fmt.Sprintf("-count: 1 to %d operations", mostOps))
	case b.clients < 1 || b.clients > mostAtATime:
		return usageError(fmt.Sprintf("-c: 1 to %d at a time", mostAtATime))
	case b.size < 0 || b.size > store.MaxValue:
		return usageError(fmt.Sprintf("-size: 0 to %d bytes", store.MaxValue))
	}
	signal.Ignore(syscall.SIGPIPE) // if nobody reads what it prints, that is an error, after which it tidies up
	b.dir = "/bench-" + rand.Text()
	defer func() { err = b.end(ctx, s.client, err) }()
	value := make([]byte, b.size)
	set := func(path string) error {
		_, err := s.client.Set(ctx, path, client.Clobber, value)
		return err
	}
	get := func(path string) error {
		_, _, err := s.client.Get(ctx, path)
		return err
	}
	if err := b.load(ctx, s, "SET", set); err != nil {
		return err
	}
	return b.load(ctx, s, "GET", get)
}

// load does all operations of a kind, and prints how that went.
func (b *bench) load(ctx context.Context, s *session, kind string, op func(path string) error) error {
	took := make([]time.Duration, b.n)
	errs := make([]error, b.clients)
	begun := time.Now()
	var wg sync.WaitGroup
	for c := range b.clients {
		wg.Go(func() {
			for i := c; i < b.n && errs[c] == nil; i += b.clients {
				before := time.Now()
				errs[c] = op(b.path(i))
				took[i] = time.Since(before)
			}
		})
	}
	wg.Wait()
	all := time.Since(begun)
	for _, err := range errs {
		if err != nil {
			if ctx.Err() != nil {
				err = interruption(ctx)
			}
			return err
		}
	}
	slices.Sort(took)
	return s.printBench(measured{kind, b.n, all, took})
}

func (b *bench) path(i int) string { return fmt.Sprintf("%s/%d", b.dir, i%filesBench) }

// end tidies up after err, if that can have left anything.
func (b *bench) end(ctx context.Context, c *client.Client, err error) error {
	if errors.Is(err, client.ErrPermission) {
		return err
	}
	left := b.tidy(ctx, c)
	if err != nil && left != nil {
		return fmt.Errorf("%w; %w", err, left)
	}
	return errors.Join(err, left)
}

// tidy deletes the files, also when ctx has ended.
func (b *bench) tidy(ctx context.Context, c *client.Client) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*grace)
	defer cancel()
	for i := range min(b.n, filesBench) {
		if err := c.Del(ctx, b.path(i), client.Clobber); err != nil {
			return fmt.Errorf("files are left in %s: %w", b.dir, err)
		}
	}
	return nil
}

// measured is how it went.
type measured struct {
	kind string
	n    int
	all  time.Duration
	took []time.Duration // in order
}

// at is the time that this part of all took at most.
func (m *measured) at(part float64) time.Duration {
	return m.took[min(len(m.took)-1, int(part*float64(len(m.took))))]
}

func (s *session) printBench(m measured) error {
	rate := float64(m.n) / m.all.Seconds()
	if s.format == inJSON {
		return s.printJSON(map[string]any{
			"op": m.kind, "count": m.n, "seconds": m.all.Seconds(), "per_second": rate,
			"p50_us": m.at(.5).Microseconds(), "p90_us": m.at(.9).Microseconds(),
			"p99_us": m.at(.99).Microseconds(), "max_us": m.at(1).Microseconds(),
		})
	}
	_, err := fmt.Fprintf(s.out, "%-4s %d in %v  %.0f/s  50%% %v  90%% %v  99%% %v  max %v\n", m.kind, m.n, short(m.all), rate,
		short(m.at(.5)), short(m.at(.9)), short(m.at(.99)), short(m.at(1)))
	return errors.Join(err, s.out.Flush())
}

// short is a duration of three digits or so.
func short(d time.Duration) time.Duration {
	unit := time.Duration(1)
	for d/unit >= 1000 {
		unit *= 10
	}
	return d.Round(unit)
}
