package client

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
)

// ErrReplaced says that a registration is somebody else's now.
var ErrReplaced = errors.New("somebody else has registered under that name")

const maxSent = 16 // sessions lost in a row, by a program that never saw which of them had the file

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
	sent    []string // names of sessions that the file may be ours by, the latest last: maxSent at most

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
		client: c, path: strings.TrimSuffix(service, "/") + "/" + id, value: value,
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
		_, err = r.write(ctx, Clobber, r.value)
		if !errors.Is(err, ErrOutcomeUnknown) || !sleep(ctx, backoff(round, settleMaxPause)) {
			break
		}
	}
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

// Done is closed when nothing is registered any more: the session that the file went with has ended,
// or lives for a lease at most if no node can be reached.
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
