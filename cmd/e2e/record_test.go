package e2e

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/ha/doozer/client"
)

// recorder is a watch of everything from a revision on, that goes on at
// another node when its own is gone.
type recorder struct {
	t  *testing.T
	wg sync.WaitGroup

	mu     sync.Mutex
	addrs  []string
	next   int64 // the revision to go on from
	events []client.Event
	part   []client.Event // of a revision that is not whole yet
	moves  int            // how often it went on at another node
}

// record begins to record changes from a revision on, by way of the nodes at
// addrs, the first one first.
func record(t *testing.T, from int64, addrs ...string) *recorder {
	ctx, cancel := context.WithCancel(context.Background())
	r := &recorder{t: t, next: from, addrs: addrs}
	t.Cleanup(func() {
		cancel()
		r.wg.Wait()
	})
	r.wg.Go(func() { r.run(ctx) })
	return r
}

// also adds a node to go on at.
func (r *recorder) also(addr string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.addrs = append(r.addrs, addr)
}

// run goes from node to node: the next one is tried when one is gone, or no
// longer has that revision.
func (r *recorder) run(ctx context.Context) {
	for i := 0; ctx.Err() == nil; i++ {
		r.mu.Lock()
		addr, next := r.addrs[i%len(r.addrs)], r.next
		r.mu.Unlock()
		err := r.follow(ctx, addr, next)
		if ctx.Err() == nil && !errors.Is(err, client.ErrLost) && !errors.Is(err, client.ErrUnreachable) && !errors.Is(err, client.ErrTooLate) {
			r.t.Errorf("the watch at %s: %v", addr, err)
			return
		}
		select {
		case <-ctx.Done():
		case <-time.After(5 * time.Millisecond):
		}
	}
}

func (r *recorder) follow(ctx context.Context, addr string, from int64) error {
	c, err := client.Config{Pinned: true}.Dial(ctx, addr)
	if err != nil {
		return err
	}
	defer c.Close()
	w, err := c.Watch(ctx, "/**", from)
	if err != nil {
		return err
	}
	r.mu.Lock()
	r.part = r.part[:0]
	r.moves++
	r.mu.Unlock()
	for {
		ev, err := w.Next()
		if err != nil {
			return err
		}
		r.take(addr, ev)
	}
}

func (r *recorder) take(addr string, ev client.Event) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if ev.Rev < r.next {
		r.t.Errorf("the watch at %s: revision %d came after %d", addr, ev.Rev, r.next-1)
	}
	r.part = append(r.part, ev)
	if ev.More { // what is not whole is asked for again
		return
	}
	r.next = ev.Rev + 1
	r.events = append(r.events, r.part...)
	r.part = r.part[:0]
}

// upTo waits until all changes up to a revision have come, and returns them.
func (r *recorder) upTo(rev int64) (events []client.Event) {
	r.t.Helper()
	eventually(r.t, fmt.Sprintf("the watch brings revision %d", rev), func() error {
		r.mu.Lock()
		defer r.mu.Unlock()
		if r.next <= rev {
			return fmt.Errorf("it is at %d", r.next-1)
		}
		events = r.events
		return nil
	})
	return events
}
