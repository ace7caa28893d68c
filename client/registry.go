package client

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

// ErrReplaced says that a registration is somebody else's now.
var ErrReplaced = errors.New("somebody else has registered under that name")

const linkDir = "/ctl/link" // whose file is whose, of those that go with a session

// Registration is a file that is there for as long as its program lives. It is safe for
// concurrent use.
type Registration struct {
	client *Client
	path   string
	life   context.Context
	stop   context.CancelFunc
	done   chan struct{} // closed when err is set for good

	session *Session // the latest; run's, until done is closed
	owner   string   // the session that had the file last

	mu    sync.Mutex
	value []byte        // that the file is to have
	wish  chan struct{} // closed, and made anew, with each new value
	err   error
}

// Register has the file <service>/<id> hold a value, such as an address, until Close, or
// the end of the client or of the program. service is a directory, such as /services/web.
// When the session is lost, but the program lives, or somebody deletes the file, it is made
// anew as soon as a node can be reached.
//
// Who registers last under an id has it: a program that was restarted need not wait for the
// end of the session that it had before. The one who had it is told: Done is closed, and
// Err is ErrReplaced.
//
// The context bounds the first registration only. With an error nothing stays registered for
// longer than a lease.
func (c *Client) Register(ctx context.Context, service, id string, value []byte) (*Registration, error) {
	r := &Registration{
		client: c, path: service + "/" + id, value: value,
		wish: make(chan struct{}), done: make(chan struct{}),
	}
	r.life, r.stop = context.WithCancel(c.link.ctx)
	if err := r.begin(ctx); err != nil {
		r.stop()
		return nil, fmt.Errorf("register %s: %w", r.path, err)
	}
	return r, nil
}

// begin registers for the first time, whoever was there before.
func (r *Registration) begin(ctx context.Context) (err error) {
	if r.session, err = r.client.NewSession(ctx); err != nil {
		return err
	}
	for round := 1; ; round++ {
		_, err = r.session.Set(ctx, r.path, Clobber, r.value)
		if !errors.Is(err, ErrOutcomeUnknown) || !sleep(ctx, backoff(round, settleMaxPause)) {
			break
		}
	}
	r.owner = r.session.name
	if err == nil && !r.client.link.background(r.run) {
		err = ErrClosed
	}
	if err != nil {
		_ = r.session.Close(ctx)
	}
	return err
}

// Update gives the file another value: soon, if there is a session, else with the next one.
func (r *Registration) Update(value []byte) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.value = value
	close(r.wish)
	r.wish = make(chan struct{})
}

// Done is closed when nothing is registered any more.
func (r *Registration) Done() <-chan struct{} { return r.done }

// Err says why; nil while the registration is looked after. It is ErrReplaced, ErrClosed, or what a
// node says of a value or path that it does not take.
func (r *Registration) Err() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.err
}

// Close ends the registration: the cluster deletes the file. An error says that it may
// stay for a lease.
func (r *Registration) Close(ctx context.Context) error {
	r.stop()
	<-r.done
	return r.session.Close(ctx)
}

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

// mend writes the file if it is not as it should be, and nobody else has it. Whatever came
// between makes a view of its own.
func (r *Registration) mend(ctx context.Context, view *View, value []byte) error {
	f, ok := view.Get(r.path)
	if ok {
		owner, _, err := r.client.Get(ctx, linkDir+r.path, At(view.rev))
		switch {
		case err != nil:
			return err
		case string(owner) == r.session.name:
			if r.owner = r.session.name; bytes.Equal(f.Value, value) {
				return nil
			}
		case string(owner) != r.owner:
			return ErrReplaced
		}
	}
	_, err := r.session.Set(ctx, r.path, f.Rev, value)
	if errors.Is(err, ErrRevMismatch) {
		return nil
	}
	return err
}
