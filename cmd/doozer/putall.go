package main

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/ha/doozer/client"
)

const (
	outstanding = 64              // files that are being written
	grace       = 5 * time.Second // for these, after an interruption
)

// write writes what is to be written, at once if that can be, and tells what became
// of each file.
func (p *plan) write(ctx context.Context, s *session) error {
	calls, cancel := outlasting(ctx, grace)
	defer cancel()
	if oneTxn(p.waiting()) {
		p.writeAtOnce(calls, s.client)
	} else {
		p.writeEach(ctx, calls, s.client)
	}
	return p.report(ctx, s)
}

// writeEach writes one file after the other, many at a time, until ctx ends or one
// fails; calls outlast that.
func (p *plan) writeEach(ctx, calls context.Context, c *client.Client) {
	feed, stop := context.WithCancel(ctx)
	defer stop()
	jobs := make(chan *planned)
	var wg sync.WaitGroup
	for range min(outstanding, len(p.files)) {
		wg.Go(func() {
			for f := range jobs {
				if f.result = p.put(calls, c, f); f.err != nil {
					stop()
				}
			}
		})
	}
	p.feed(feed, jobs)
	close(jobs)
	wg.Wait()
}

// feed hands out the files that are to be written, as long as all goes well.
func (p *plan) feed(ctx context.Context, jobs chan<- *planned) {
	for i := range p.files {
		f := &p.files[i]
		if f.outcome != pending {
			continue
		}
		if ctx.Err() != nil {
			return
		}
		select {
		case jobs <- f:
		case <-ctx.Done():
			return
		}
	}
}

// outlasting is a context that ends some time after ctx.
func outlasting(ctx context.Context, by time.Duration) (context.Context, context.CancelFunc) {
	longer, cancel := context.WithCancel(context.WithoutCancel(ctx))
	context.AfterFunc(ctx, func() { time.AfterFunc(by, cancel) })
	return longer, cancel
}

// report tells what was written and what not: of each file if not all went well,
// and its error says why.
func (p *plan) report(ctx context.Context, s *session) error {
	count := map[outcome]int{}
	var failure error
	for i := range p.files {
		f := &p.files[i]
		count[f.outcome]++
		if failure == nil {
			failure = f.err
		}
	}
	done := count[failed]+count[unknown]+count[pending] == 0
	nothing := !done && count[written]+count[unknown] == 0
	if failure == nil {
		failure = interruption(ctx)
	}
	if nothing && s.format != inJSON {
		return nothingWritten(failure)
	}
	if err := p.list(s, done); err != nil || done {
		return err
	}
	return fmt.Errorf("not all files are there: %d written, %d unknown, %d not written: %w",
		count[written], count[unknown], count[failed]+count[pending], failure)
}

// interruption is why ctx ended.
func interruption(ctx context.Context) error {
	if ctx.Err() == context.Canceled {
		return errInterrupted
	}
	return ctx.Err()
}

// list prints each file, with what became of it; or, of text, how many there are if all went well.
func (p *plan) list(s *session, done bool) error {
	if s.format != inJSON && done {
		return p.sum(s)
	}
	for i := range p.files {
		f := &p.files[i]
		if s.format == inJSON {
			if err := s.printJSON(f.object()); err != nil {
				return err
			}
			continue
		}
		fmt.Fprintf(s.out, "%-11s %s", f.word(), f.path)
		if f.outcome == written {
			fmt.Fprintf(s.out, " %d", f.result.rev)
		}
		fmt.Fprintln(s.out)
	}
	return nil
}

func (p *plan) sum(s *session) error {
	count := map[outcome]int{}
	for i := range p.files {
		count[p.files[i].outcome]++
	}
	_, err := fmt.Fprintf(s.out, "%s written, %d there already, %d skipped\n",
		plural(count[written], "file", "files"), count[already], count[skipped])
	return err
}

// word is the outcome for people: what failed was not written, like what nobody tried.
func (f *planned) word() string {
	if f.outcome == failed || f.outcome == pending {
		return "not written"
	}
	return string(f.outcome)
}

// object is a file with its outcome.
func (f *planned) object() any {
	o := struct {
		Path    string `json:"path"`
		Outcome string `json:"outcome"`
		Rev     int64  `json:"rev,omitempty"`
		Error   string `json:"error,omitempty"`
	}{Path: f.path, Outcome: f.word(), Rev: f.result.rev}
	if f.err != nil {
		o.Error = f.err.Error()
	}
	return o
}
