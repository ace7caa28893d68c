package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/ha/doozer/client"
)

// load is workers that work on the files of a keyring, and note what they see.
type load struct {
	hist *history
	keys *keyring
	pace time.Duration // between two operations of a worker
	seed uint64
	wg   sync.WaitGroup
	next int // worker
}

// What of a hundred operations are, in the order of the verbs.
var mix = [verbs]int{get: 45, cas: 25, set: 20, del: 10}

// start has workers work by way of a place, or of any.
func (l *load) start(ctx context.Context, c *cluster, place, workers int) {
	for range workers {
		w := &worker{
			load: l,
			id:   l.next,
			link: link{c: c, place: place},
			rand: rand.New(rand.NewPCG(l.seed, uint64(l.next))),
			seen: make(map[string]int64),
		}
		l.next++
		l.wg.Go(func() { w.run(ctx) })
	}
}

type worker struct {
	*load
	id   int
	link link
	rand *rand.Rand
	seen map[string]int64 // the latest revision it knows, by file
	sent int              // SETs
}

func (w *worker) run(ctx context.Context) {
	defer w.link.drop()
	for pause(ctx, w.pace) {
		one, err := w.link.to(ctx)
		if err != nil {
			pause(ctx, 50*time.Millisecond)
			continue
		}
		w.work(one)
	}
}

// work does one operation, to its end: it may outlast the load by opTime.
func (w *worker) work(one *client.Client) {
	i := w.rand.IntN(len(w.keys.keys))
	o := w.draw(w.keys.take(i))
	o.node = one.Addr()
	ctx, cancel := context.WithTimeout(context.Background(), opTime)
	defer cancel()
	o.call = w.hist.now()
	err := perform(ctx, one, &o)
	o.returns = w.hist.now()
	w.link.judge(err)
	if !judge(&o, err) {
		w.hist.fail(err)
		return
	}
	if o.out == unknown {
		w.keys.spoil(i)
	}
	if len(w.seen) > 4*len(w.keys.keys) {
		clear(w.seen) // of files that were given up, mostly
	}
	if o.out == done {
		w.seen[o.path] = o.at
	}
	w.hist.add(o)
}

// draw makes up an operation on a file.
func (w *worker) draw(path string) op {
	o := op{client: w.id, path: path, rev: client.Clobber}
	n := w.rand.IntN(100)
	for n >= mix[o.verb] {
		n -= mix[o.verb]
		o.verb++
	}
	if o.verb == cas || o.verb == del && w.rand.IntN(2) == 0 {
		o.rev = w.seen[path] // of what it never saw: Missing
	}
	if o.verb == cas || o.verb == set {
		o.value = fmt.Sprintf("%d.%d", w.id, w.sent)
		w.sent++
	}
	return o
}

// perform does an operation.
func perform(ctx context.Context, one *client.Client, o *op) (err error) {
	switch o.verb {
	case get:
		var value []byte
		value, o.at, err = one.Get(ctx, o.path)
		o.value = string(value)
	case del:
		err = one.Del(ctx, o.path, o.rev)
	default:
		o.at, err = one.Set(ctx, o.path, o.rev, []byte(o.value))
	}
	return err
}

// judge says what an error makes of an operation; false: it certainly changed
// nothing and showed nothing.
func judge(o *op, err error) bool {
	switch {
	case err == nil:
		o.out = done
	case o.verb == get:
		return false
	case errors.Is(err, client.ErrRevMismatch):
		o.out = refused
	case errors.Is(err, client.ErrOutcomeUnknown):
		o.out, o.at, o.returns = unknown, 0, never
	default:
		return false
	}
	return true
}
