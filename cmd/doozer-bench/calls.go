package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

// clients is connections to any system, by a client library of its own. Its methods return when the answer is there, and
// what is wrong with it; they may be called at once.
type clients interface {
	conns() int
	set(ctx context.Context, conn, key int) error
	get(ctx context.Context, conn, key int) error
	close()
}

// calls is a load of as many goroutines as requests are to be outstanding, which each wait for an answer.
type calls struct {
	clients     clients
	kind        kind // kindSet or kindGet
	on          *server
	outstanding int
	keys        int
	offset      int // which connection and key come first
	warm, time  time.Duration
	trace       *trace        // not nil: is told when answers came
	patience    time.Duration // not 0: calls that fail, or take longer, do not end the load; the next one is made instead
}

// worker is one of the goroutines.
type worker struct {
	*calls
	conn    int
	keys    keys
	inTime  hist
	trace   *timeline
	answers int
}

// run makes calls until the time is over, and returns when all have been answered.
func (l *calls) run(ctx context.Context) (sample, error) {
	before := l.on.cpu()
	begin := time.Now().Add(l.warm)
	win := window{begin, begin.Add(l.time)}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	stop := context.AfterFunc(ctx, l.clients.close) // not all clients heed contexts
	defer stop()
	late := time.AfterFunc(time.Until(win.end)+answerTime, func() { cancel(fmt.Errorf("no answer for %v", answerTime)) })
	defer late.Stop()
	workers := make([]*worker, l.outstanding)
	var running sync.WaitGroup
	for i := range workers {
		first := (i*l.keys/l.outstanding + l.offset*keyStride) % l.keys
		w := &worker{
			calls: l, conn: (i + l.offset) % l.clients.conns(), keys: keys{first, l.keys},
			inTime: newHist(), trace: l.trace.line(),
		}
		workers[i] = w
		running.Go(func() {
			if err := w.run(ctx, win); err != nil {
				cancel(err) // the first error ends them all
			}
		})
	}
	running.Wait()
	if ctx.Err() != nil {
		return sample{}, context.Cause(ctx)
	}
	return l.sample(workers, l.on.cpu()-before), nil
}

func (w *worker) run(ctx context.Context, win window) error {
	call := w.clients.set
	if w.kind == kindGet {
		call = w.clients.get
	}
	for {
		begun := time.Now()
		if !begun.Before(win.end) {
			return nil
		}
		err := w.call(ctx, call)
		switch {
		case err == nil:
			w.answered(begun, time.Now(), win)
		case w.patience == 0 || ctx.Err() != nil || errors.Is(err, errWrong):
			return err
		default:
			time.Sleep(retryAfter)
		}
	}
}

// call makes one call, for the next key.
func (w *worker) call(ctx context.Context, call func(context.Context, int, int) error) error {
	if w.patience > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, w.patience)
		defer cancel()
	}
	return call(ctx, w.conn, w.keys.take())
}

// retryAfter is the time from an error to the next call, where errors are borne.
const retryAfter = 2 * time.Millisecond

// errWrong is an answer that is none. It is never borne.
var errWrong = errors.New("a wrong answer")

func (w *worker) answered(begun, now time.Time, win window) {
	w.answers++
	if !now.Before(win.begin) && now.Before(win.end) {
		w.inTime.add(now.Sub(begun))
	}
	if w.trace != nil {
		w.trace.add(now)
	}
}

func (l *calls) sample(workers []*worker, cpu time.Duration) sample {
	all, answers := newHist(), 0
	for _, w := range workers {
		all.merge(w.inTime)
		answers += w.answers
	}
	return sampleOf(all, l.time, cpu, answers)
}

// callPath is a key's path; it is the same as that of a template.
func callPath(key int) string { return fmt.Sprintf("%s/f%06d", benchDir, key) }

// callValue is a key's value, as a template has it.
func callValue(key int) []byte {
	v := []byte(benchValue)
	putKey(v[:keyDigits], key)
	return v
}

func checkValue(value []byte, key int) error {
	if !bytes.Equal(value, callValue(key)) {
		return fmt.Errorf("%w: key %d has value %q", errWrong, key, value)
	}
	return nil
}
