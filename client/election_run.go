package client

import (
	"context"
	"time"
)

// Run stands for office again and again, each time with a session of its own, until ctx ends. Whenever
// the office is won it calls f, whose context ends when it is lost, with the reason as its cause. f
// has to return soon after that: until then Run does not stand anew. When f returns before, the
// office is given up.
//
// An error that f returns while in office ends Run, which returns it wrapped (errors.Is finds it). One that it returns because it has
// lost office does not. The other errors are that of ctx, ErrClosed, and what a node says of a
// path or value that it does not take. When Run returns there is no session any more, unless for
// a whole lease no node could be reached. After such an outage its candidacy of before is in line for a lease still,
// and so long Run may wait for itself.
func (e *Election) Run(ctx context.Context, value []byte, f func(ctx context.Context, l *Leadership) error) error {
	for round := 0; sleep(ctx, backoff(round, time.Second)); round++ {
		begun := time.Now()
		last, err := e.term(ctx, value, f)
		if last {
			return e.explain(err)
		}
		if time.Since(begun) > stableAfter {
			round = 0
		}
		e.client.link.cfg.Log.Debug("out of office", "election", e.path, "err", err)
	}
	return e.explain(ctx.Err())
}

// term stands for office once. It reports whether that was the last time.
func (e *Election) term(ctx context.Context, value []byte, f func(context.Context, *Leadership) error) (last bool, err error) {
	s, err := e.client.NewSession(ctx)
	if err != nil {
		return final(err), err
	}
	defer s.quit(context.WithoutCancel(ctx))
	l, err := e.Campaign(ctx, s, value)
	if err != nil {
		return final(err), err
	}
	ctx, end := context.WithCancelCause(ctx)
	defer end(nil)
	defer context.AfterFunc(l.Context(), func() { end(l.Err()) })()
	err = f(ctx, l)
	return err != nil && l.held(ctx), err
}

// held asks the cluster whether a lock is held: it may be lost, and the news not here yet.
func (l *Lock) held(ctx context.Context) bool {
	_, rev, err := l.place.session.client.Get(ctx, l.Path())
	return err == nil && rev == l.Token() && l.Err() == nil
}
