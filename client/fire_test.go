package client

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/bmizerany/assert"
)

// write is one that was sent. No other has its value.
type write struct {
	path, value string
	rev         int64 // as acknowledged
}

// fire is a load that goes through clients while something is done to their
// nodes: writers, readers, and watches of everything.
type fire struct {
	t    *testing.T
	from int64 // watches begin there
	ctx  context.Context
	stop context.CancelFunc
	wg   sync.WaitGroup // writers and readers

	watches context.Context // theirs
	leave   context.CancelFunc

	mu       sync.Mutex
	acked    []write
	unknown  []write
	latest   map[string]int64 // revisions acknowledged or shown
	reads    int
	pause    time.Duration // the longest between two acknowledgements
	last     time.Time
	watching sync.WaitGroup
	seen     map[string][]Event // by each watch
	mark     chan struct{}      // closed when the mark is written
}

func newFire(t *testing.T, from int64) *fire {
	f := &fire{
		t: t, from: from, latest: make(map[string]int64), seen: make(map[string][]Event),
		mark: make(chan struct{}),
	}
	f.ctx, f.stop = context.WithCancel(t.Context())
	f.watches, f.leave = context.WithCancel(t.Context())
	t.Cleanup(f.stop)
	t.Cleanup(f.leave)
	return f
}

// through adds writers, a reader and two watches to a client: one that is as
// fast as it can, and one that is slower than the changes.
func (f *fire) through(name string, c *Client, writers int) {
	for i := range writers {
		path := fmt.Sprintf("/fire/%s/%d", name, i)
		f.wg.Go(func() { f.write(c, path) })
		f.wg.Go(func() { f.read(c, path) })
	}
	f.watch(name+" fast", c, 0)
	f.watch(name+" slow", c, 2*time.Millisecond)
}

// write writes one file after the other by compare-and-set, as a counter.
func (f *fire) write(c *Client, path string) {
	rev := int64(Missing)
	for i := 0; f.ctx.Err() == nil; i++ {
		w := write{path: path, value: fmt.Sprintf("%s:%d", path, i)}
		got, err := c.Set(soon(f.t), path, rev, []byte(w.value))
		w.rev = got
		switch {
		case err == nil:
			rev = got
		case errors.Is(err, ErrOutcomeUnknown), errors.Is(err, ErrRevMismatch) && i > 0:
			// Of the compare-and-set before this one nobody knew what became.
			if _, rev, err = c.Get(soon(f.t), path); err != nil {
				f.t.Errorf("get after an unknown outcome: %v", err)
				return
			}
			w.rev = 0
		default:
			f.t.Errorf("set: %v", err)
			return
		}
		f.note(w)
	}
}

func (f *fire) note(w write) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if w.rev == 0 {
		f.unknown = append(f.unknown, w)
		return
	}
	f.acked = append(f.acked, w)
	f.latest[w.path] = max(f.latest[w.path], w.rev)
	if !f.last.IsZero() {
		f.pause = max(f.pause, time.Since(f.last))
	}
	f.last = time.Now()
}

// read reads what it may not see go back.
func (f *fire) read(c *Client, path string) {
	for f.ctx.Err() == nil {
		f.mu.Lock()
		least := f.latest[path]
		f.mu.Unlock()
		_, rev, err := c.Get(soon(f.t), path)
		if err != nil || rev < least {
			f.t.Errorf("get %s: revision %d, at least %d is known; %v", path, rev, least, err)
			return
		}
		f.mu.Lock()
		f.latest[path] = max(f.latest[path], rev)
		f.reads++
		f.mu.Unlock()
	}
}

// watch collects changes up to the mark. A slow one takes a rest after every 64th.
func (f *fire) watch(name string, c *Client, rest time.Duration) {
	w, err := c.Watch(f.watches, "/**", f.from)
	assert.Equal(f.t, nil, err)
	f.watching.Go(func() {
		defer w.Close()
		for i := 1; ; i++ {
			ev, err := w.Next()
			if err != nil {
				f.t.Errorf("watch %s: %v", name, err)
				return
			}
			f.mu.Lock()
			f.seen[name] = append(f.seen[name], ev)
			f.mu.Unlock()
			if ev.Path == "/mark" {
				return
			}
			if rest > 0 && i%64 == 0 {
				select {
				case <-time.After(rest):
				case <-f.mark: // no more: catch up
				}
			}
		}
	})
}

// count is the number of acknowledged writes.
func (f *fire) count() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.acked)
}

// goesOn waits until n more writes were acknowledged.
func (f *fire) goesOn(n int) {
	f.t.Helper()
	begun := f.count()
	until(f.t, "writes go on", func() bool { return f.count() >= begun+n || f.t.Failed() })
}

// verify ends the load, and compares what each watch brought, and what became of
// each write, with the history that a survivor has.
func (f *fire) verify(survivor *Client) {
	f.t.Helper()
	f.stop()
	f.wg.Wait()
	mark, err := survivor.Set(soon(f.t), "/mark", Missing, nil)
	assert.Equal(f.t, nil, err)
	close(f.mark)
	late := time.AfterFunc(patience, f.leave)
	f.watching.Wait()
	late.Stop()
	history := f.history(survivor, mark)
	for name, seen := range f.seen {
		same(f.t, name, history, seen)
	}
	f.once(history)
	f.t.Logf("%d writes acknowledged, %d of unknown outcome, %d reads, longest pause %v; %d watches saw %d changes each",
		len(f.acked), len(f.unknown), f.reads, f.pause.Round(time.Millisecond), len(f.seen), len(history))
}

func (f *fire) history(c *Client, mark int64) (history []Event) {
	f.t.Helper()
	w, err := c.Watch(soon(f.t), "/**", f.from)
	assert.Equal(f.t, nil, err)
	defer w.Close()
	for {
		ev, err := w.Next()
		if err != nil {
			f.t.Fatal(err)
		}
		history = append(history, ev)
		if ev.Rev >= mark {
			return history
		}
	}
}

func same(t *testing.T, name string, history, seen []Event) {
	t.Helper()
	for i := range min(len(history), len(seen)) {
		a, b := history[i], seen[i]
		if a.Rev != b.Rev || a.Path != b.Path || a.Del != b.Del || string(a.Value) != string(b.Value) {
			t.Fatalf("watch %s: change %d is %v, in the history it is %v", name, i, b, a)
		}
	}
	assert.Equal(t, len(history), len(seen), name)
}

// once checks that each acknowledged write happened once, at the revision that
// was told, and each unknown one once at most.
func (f *fire) once(history []Event) {
	f.t.Helper()
	times := make(map[string]int)
	at := make(map[string]int64)
	for _, ev := range history {
		times[string(ev.Value)]++
		at[string(ev.Value)] = ev.Rev
	}
	for _, w := range f.acked {
		if times[w.value] != 1 || at[w.value] != w.rev {
			f.t.Fatalf("acknowledged: %+v; it happened %d times, the last at %d", w, times[w.value], at[w.value])
		}
	}
	for _, w := range f.unknown {
		if times[w.value] > 1 {
			f.t.Fatalf("%+v happened %d times", w, times[w.value])
		}
	}
}
