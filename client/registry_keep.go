package client

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"time"
)

// run looks after the file, with one session after the other.
func (r *Registration) run() {
	defer close(r.done)
	defer r.stop()
	for round := 0; ; round++ {
		begun := time.Now()
		err := r.stay()
		if time.Since(begun) > stableAfter {
			round = 0
		}
		if final(err) || !sleep(r.life, backoff(round, time.Second)) {
			r.session.quit(r.life)
			r.end(err)
			return
		}
	}
}

// final reports whether to try again is of no use.
func final(err error) bool {
	for _, e := range []error{ErrReplaced, ErrClosed, ErrBadPath, ErrIsDir, ErrNotDir, ErrValueTooLarge} {
		if errors.Is(err, e) {
			return true
		}
	}
	return false
}

func (r *Registration) end(err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.life.Err() != nil {
		err = ErrClosed
	}
	r.err = err
}

// stay has the file be as it should until that fails.
func (r *Registration) stay() error {
	if r.session.Err() != nil {
		s, err := r.client.NewSession(r.life)
		if err != nil {
			return err
		}
		r.session = s
	}
	ctx, cancel := r.session.join(r.life)
	defer cancel()
	m, err := r.client.Mirror(ctx, r.path)
	if err != nil {
		return err
	}
	defer m.Close()
	for {
		view, changed, err := m.state()
		if err != nil {
			return err
		}
		value, wish := r.wanted()
		if err := r.mend(ctx, view, value); err != nil {
			return err
		}
		select {
		case <-changed:
		case <-wish:
		case <-ctx.Done():
		}
	}
}

func (r *Registration) wanted() (value []byte, wish <-chan struct{}) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.value, r.wish
}

// mend writes the file if it is not as it should be, and nobody else has it. If the node at hand
// forgot how it was (ErrTooLate), no other one is asked: to look anew is better. Whatever came
// between makes a view of its own.
func (r *Registration) mend(ctx context.Context, view *View, value []byte) error {
	f, ok := view.Get(r.path)
	if ok {
		owner, _, err := r.client.Get(ctx, linkDir+r.path, At(view.rev), Local())
		switch {
		case err != nil:
			return err
		case string(owner) == r.session.name && bytes.Equal(f.Value, value):
			return nil
		case !slices.Contains(r.sent, string(owner)):
			return ErrReplaced
		}
	}
	_, err := r.write(ctx, f.Rev, value)
	if errors.Is(err, ErrRevMismatch) {
		return nil
	}
	return err
}

// write writes the file in the session's name, which it notes before: once it is sent the file may
// be ours by it, whatever is known of the outcome.
func (r *Registration) write(ctx context.Context, rev int64, value []byte) (int64, error) {
	if name := r.session.name; !slices.Contains(r.sent, name) {
		r.sent = append(r.sent, name)
		r.sent = r.sent[max(0, len(r.sent)-maxSent):]
	}
	return r.session.Set(ctx, r.path, rev, value)
}
