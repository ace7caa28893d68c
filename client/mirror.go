package client

import (
	"context"
	"fmt"
	"iter"
	"sync"
)

// Mirror is a live copy of the files that match a glob. What it shows is always a
// whole state of the store, as of one revision: the changes of a transaction appear
// together. It may lag behind the cluster, never does it go back.
//
// It holds the files once, and of the changes that follow as many as a watch does. With each
// change it makes a new View, by a copy of the list of files, not of their values: some
// 20 ns a file, so 2 ms for 100,000. Changes that come faster are put together. It is safe
// for concurrent use.
type Mirror struct {
	client *Client
	glob   string
	stop   context.CancelFunc
	done   chan struct{} // closed when err is set for good

	mu      sync.Mutex
	view    *View
	changed chan struct{} // closed, and made anew, with each view
	err     error         // why no other view will come
}

// Mirror makes a live copy of the files that match glob. It returns when all are
// there. The copy follows its cluster until ctx ends, or Close. When the cluster has
// forgotten changes that it has not had yet (ErrTooLate), it reads all files
// anew, and what differs comes as a change like any other: nobody who follows it misses a final
// state.
func (c *Client) Mirror(ctx context.Context, glob string) (*Mirror, error) {
	return c.mirror(ctx, glob, tooLate)
}

func (c *Client) mirror(ctx context.Context, glob string, again func(error) bool) (*Mirror, error) {
	ctx, stop := context.WithCancel(ctx)
	m := &Mirror{client: c, glob: glob, stop: stop, done: make(chan struct{}), changed: make(chan struct{})}
	var err error
	if m.view, err = c.readAll(ctx, glob, 0, again); err != nil {
		stop()
		return nil, m.explain(err)
	}
	if !c.link.background(func() { m.run(ctx) }) {
		stop()
		return nil, m.explain(ErrClosed)
	}
	return m, nil
}

// Close ends the mirror; what it showed last can be read still. Who waits gets ErrClosed.
func (m *Mirror) Close() {
	m.end(ErrClosed)
	m.stop()
	<-m.done
}

// Done is closed when the mirror follows no more. Err says why.
func (m *Mirror) Done() <-chan struct{} { return m.done }

// Err says why the mirror follows no more; nil while it does. It is ErrClosed after
// Close, or else the error of a walk or watch that another attempt would not mend:
// the end of the context, ErrBadPath, "permission denied", ErrUnreachable if Config.GiveUp says so.
func (m *Mirror) Err() error {
	_, _, err := m.state()
	return err
}

// View returns the newest state.
func (m *Mirror) View() *View {
	view, _, _ := m.state()
	return view
}

// Get returns a file of the newest state, and whether it is there.
func (m *Mirror) Get(path string) (File, bool) { return m.View().Get(path) }

// All goes through the files of the newest state, as it is when the loop begins.
func (m *Mirror) All() iter.Seq[File] { return m.View().All() }

// Rev is the revision of the newest state. It moves with the changes that the glob matches.
func (m *Mirror) Rev() int64 { return m.View().rev }

// Next waits for a state newer than that of revision rev. It returns the newest, so that
// some in between may be passed over. An error is that of Err, or of ctx.
func (m *Mirror) Next(ctx context.Context, rev int64) (*View, error) {
	for {
		view, changed, err := m.state()
		switch {
		case view.rev > rev:
			return view, nil
		case err != nil:
			return nil, err
		case ctx.Err() != nil:
			return nil, ctx.Err()
		}
		select {
		case <-changed:
		case <-ctx.Done():
		}
	}
}

// Await waits until the state shows the change of revision rev, which has to be one that the glob
// matches: so a program sees in its mirror what it wrote itself.
func (m *Mirror) Await(ctx context.Context, rev int64) (*View, error) { return m.Next(ctx, rev-1) }

func (m *Mirror) state() (*View, <-chan struct{}, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.view, m.changed, m.err
}

func (m *Mirror) publish(v *View) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.view = v
	m.announce()
}

// end sets the reason for the end; the first stands.
func (m *Mirror) end(err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.err == nil {
		m.err = err
		m.announce()
	}
}

// announce wakes who waits. mu is held.
func (m *Mirror) announce() {
	close(m.changed)
	m.changed = make(chan struct{})
}

func (m *Mirror) explain(err error) error { return fmt.Errorf("mirror %s: %w", m.glob, err) }
