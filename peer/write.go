package peer

import (
	"context"

	"github.com/ha/doozer/consensus"
	"github.com/ha/doozer/server"
	"github.com/ha/doozer/store"
)

// waiter waits for one proposal or one read of the node's own.
type waiter chan error

func newWaiter() waiter { return make(waiter, 1) }

// Complete, ReadReady and Flush are called by the loop.
func (w waiter) Complete(_ uint64, _ int64, err error) { w <- err }

// ReadReady is Complete for reads.
func (w waiter) ReadReady(err error) { w <- err }

// Flush has nothing to write.
func (w waiter) Flush() {}

func (w waiter) wait(ctx context.Context) error {
	select {
	case err := <-w:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// set writes a file as any client would, and waits until it is applied here.
func (n *node) set(ctx context.Context, path string, value []byte, rev int64) error {
	mutation, err := store.EncodeSet(path, value, rev)
	if err != nil {
		return err
	}
	return n.write(ctx, mutation)
}

// del deletes a file likewise.
func (n *node) del(ctx context.Context, path string, rev int64) error {
	mutation, err := store.EncodeDel(path, rev)
	if err != nil {
		return err
	}
	return n.write(ctx, mutation)
}

func (n *node) write(ctx context.Context, mutation []byte) error {
	w := newWaiter()
	n.Propose([]server.Proposal{{Mutation: mutation, To: w}})
	n.Hurry()
	return w.wait(ctx)
}

// catchUp waits until this node's store shows all that was acknowledged.
func (n *node) catchUp(ctx context.Context) error {
	w := newWaiter()
	n.Read(w)
	n.Hurry()
	return w.wait(ctx)
}

// info asks the loop what consensus knows of the cluster.
func (n *node) info(ctx context.Context) (info consensus.Info, ok bool) {
	answer := make(chan consensus.Info, 1)
	if !n.in.call(func(l *loop) { answer <- l.machine.Info() }) {
		return info, false
	}
	select {
	case info = <-answer:
		return info, true
	case <-ctx.Done():
		return info, false
	}
}

// gather waits for several proposals.
type gather struct {
	errs []error
	left int
	done chan struct{}
}

// Complete and Flush are called by the loop, or by Propose.
func (g *gather) Complete(tag uint64, _ int64, err error) {
	g.errs[tag] = err
	if g.left--; g.left == 0 {
		close(g.done)
	}
}

// Flush has nothing to write.
func (g *gather) Flush() {}

// writeAll proposes mutations, together, and waits until all are applied here. It returns what
// became of each.
func (n *node) writeAll(ctx context.Context, mutations [][]byte) ([]error, error) {
	if len(mutations) == 0 {
		return nil, nil
	}
	g := &gather{errs: make([]error, len(mutations)), left: len(mutations), done: make(chan struct{})}
	ps := make([]server.Proposal, len(mutations))
	for i, m := range mutations {
		ps[i] = server.Proposal{Mutation: m, Tag: uint64(i), To: g}
	}
	n.Propose(ps)
	n.Hurry()
	select {
	case <-g.done:
		return g.errs, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}
