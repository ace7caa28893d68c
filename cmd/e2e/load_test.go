package e2e

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/ha/doozer/client"
)

// write is one that was sent. Its value is like no other's.
type write struct {
	path  string
	value string
	rev   int64     // as acknowledged
	at    time.Time // when it was acknowledged
}

// load is writers that write without end, through as many nodes as one likes,
// and note what was acknowledged.
type load struct {
	t    *testing.T
	pace time.Duration // between two writes of a writer; 0: none
	stop context.CancelFunc
	ctx  context.Context
	wg   sync.WaitGroup

	mu      sync.Mutex
	writers int
	acked   []write
	latest  map[string]int64 // the highest revision of a writer's own file that was acknowledged or shown
	reads   int
	unknown map[string][]write // by the address that was written to
}

func newLoad(t *testing.T, pace time.Duration) *load {
	ctx, stop := context.WithCancel(t.Context())
	l := &load{t: t, pace: pace, ctx: ctx, stop: stop, unknown: make(map[string][]write), latest: make(map[string]int64)}
	t.Cleanup(l.end)
	return l
}

// through adds writers that share a connection to a node. They end when the node
// does.
func (l *load) through(addr string, writers int) {
	l.t.Helper()
	c := dial(l.t, addr)
	for range writers {
		l.mu.Lock()
		l.writers++
		w := &writer{load: l, c: c, addr: addr, id: l.writers}
		l.mu.Unlock()
		l.wg.Go(w.run)
	}
}

// end stops all writers, after the answers to what they sent have come.
func (l *load) end() {
	l.stop()
	l.wg.Wait()
}

// writer writes in turn a file of its own (compare-and-set), a new file, and a
// file that all writers share (whatever is there).
type writer struct {
	load *load
	c    *client.Client
	addr string
	id   int
	rev  int64 // of its own file
}

func (w *writer) run() {
	var tick <-chan time.Time
	if w.load.pace > 0 {
		ticker := time.NewTicker(w.load.pace)
		defer ticker.Stop()
		tick = ticker.C
	}
	for i := 0; w.load.ctx.Err() == nil; i++ {
		if !w.write(i) {
			return
		}
		if tick != nil {
			<-tick
		}
	}
}

// write sends the i-th write and waits for its answer, which has to come. It
// reports whether to go on.
func (w *writer) write(i int) bool {
	sent := write{value: fmt.Sprintf("%d.%d", w.id, i)}
	compare := int64(client.Missing)
	switch i % 3 {
	case 0:
		sent.path, compare = fmt.Sprintf("/load/own/%d", w.id), w.rev
	case 1:
		sent.path = fmt.Sprintf("/load/new/%d/%d", w.id, i)
	case 2:
		sent.path, compare = "/load/shared", client.Clobber
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	rev, err := w.c.Set(ctx, sent.path, compare, []byte(sent.value))
	sent.rev, sent.at = rev, time.Now()
	switch {
	case err == nil:
		if i%3 == 0 {
			w.rev = rev
		}
	case errors.Is(err, client.ErrReadonly):
		return true // it was not written, nor will it be
	case errors.Is(err, client.ErrClosed):
		return false // the test is over
	case errors.Is(err, client.ErrLost) && !errors.Is(err, client.ErrOutcomeUnknown):
		return false // the node was gone before it was sent
	case !errors.Is(err, client.ErrOutcomeUnknown) || ctx.Err() != nil:
		w.load.t.Errorf("writing to %s: %v", w.addr, err)
		return false
	default:
		w.rev = max(w.rev, 1<<62) // whatever became of it, the next one may write
	}
	w.load.note(w.addr, sent, err)
	return !errors.Is(err, client.ErrLost)
}

func (l *load) note(addr string, sent write, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if err != nil {
		l.unknown[addr] = append(l.unknown[addr], sent)
	} else {
		l.acked = append(l.acked, sent)
		l.latest[sent.path] = max(l.latest[sent.path], sent.rev)
	}
}

// rate is the number of writes a second that were acknowledged in a span of
// time, and the longest pause between two of them.
func (l *load) rate(from, to time.Time) (perSecond int, longest time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	times := []time.Time{from, to}
	for _, w := range l.acked {
		if w.at.After(from) && w.at.Before(to) {
			times = append(times, w.at)
		}
	}
	slices.SortFunc(times, time.Time.Compare)
	for i := range times[1:] {
		longest = max(longest, times[i+1].Sub(times[i]))
	}
	return int(float64(len(times)-2) / to.Sub(from).Seconds()), longest
}

// measure is rate of the time that begins now.
func (l *load) measure(span time.Duration) (perSecond int, longest time.Duration) {
	from := time.Now()
	pause(span)
	return l.rate(from, time.Now())
}
