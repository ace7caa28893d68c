package peer

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"runtime"
	"sync"
	"time"

	"github.com/ha/doozer/consensus"
	"github.com/ha/doozer/proto"
	"github.com/ha/doozer/server"
	"github.com/ha/doozer/store"
)

// drainTimeout bounds the wait for clients' goroutines at the end.
const drainTimeout = 500 * time.Millisecond

// Run lives a node's life: it listens, begins a cluster or attaches to one,
// serves until ctx ends, and returns nil when all of its goroutines have ended.
// An error says in one line why the node could not begin, or not go on.
func Run(ctx context.Context, cfg Config) error {
	d, err := open(ctx, cfg)
	if errors.Is(err, context.Canceled) && ctx.Err() != nil {
		return nil
	}
	if err != nil {
		return err
	}
	return d.live(ctx)
}

// daemon is all of a node.
type daemon struct {
	node     *node
	loop     *loop
	server   *server.Server
	listener net.Listener
	origin   *origin
	end      context.CancelFunc // ends node.life, and with it everything
}

// open makes a daemon that has its port and its tree.
func open(ctx context.Context, cfg Config) (d *daemon, err error) {
	if cfg, err = cfg.withDefaults(); err != nil {
		return nil, err
	}
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "tcp", cfg.Addr)
	if err != nil {
		return nil, err
	}
	life, end := context.WithCancel(context.WithoutCancel(ctx))
	defer func() {
		if err != nil {
			l.Close()
			end()
		}
	}()
	me := &identity{id: newID(), cluster: cfg.Cluster, alpha: cfg.Alpha, addr: dialable(cfg.Addr, l.Addr()),
		secrets: cfg.Secrets}
	d = &daemon{listener: l, end: end}
	if d.origin, err = begin(ctx, &cfg, me); err != nil {
		return nil, err
	}
	d.node = newNode(&cfg, me, life)
	if d.loop, err = newLoop(d.node, d.origin); err != nil {
		return nil, err
	}
	d.node.pollers = newPollers(d.loop, &cfg)
	d.server, err = server.New(server.Config{Node: d.node, Store: d.origin.st, Log: cfg.Log, Peer: d.node.accept, Pollers: d.node.pollers,
		Status: d.node.Status, Secrets: cfg.Secrets})
	return d, err
}

// dialable is the host that was asked for with the port that was got.
func dialable(asked string, got net.Addr) string {
	host, _, _ := net.SplitHostPort(asked) // validated
	_, port, err := net.SplitHostPort(got.String())
	if err != nil {
		return asked
	}
	return net.JoinHostPort(host, port)
}

// begin finds what the node begins with.
func begin(ctx context.Context, cfg *Config, me *identity) (*origin, error) {
	if len(cfg.Attach) == 0 {
		return boot(ctx, cfg, me)
	}
	return attach(ctx, cfg, me)
}

// live runs all parts of a node until ctx ends, or the listener fails.
func (d *daemon) live(ctx context.Context) error {
	n, st := d.node, d.origin.st
	if n.cfg.Ready != nil {
		n.cfg.Ready(Started{ID: n.me.id, Cluster: n.me.cluster, Addr: n.me.addr, Store: st})
	}
	if d.origin.from != "" {
		n.cfg.Log.Info("attached", "to", d.origin.from, "rev", d.origin.state.Applied)
	}
	var parts sync.WaitGroup
	parts.Go(func() { d.loop.run(n.life) })
	for _, upkeep := range []func(context.Context, *store.Store){n.keepMembership, n.keepPulse, n.keepLiveness, n.keepAttached, n.keepSessions, n.keepCleared} {
		parts.Go(func() { upkeep(n.life, st) })
	}
	for _, p := range n.pollers {
		parts.Go(p.Run)
	}
	served := make(chan error, 1)
	parts.Go(func() { served <- d.server.Serve(d.listener) })
	var err error
	select {
	case <-ctx.Done():
	case err = <-served:
	}
	d.shutdown()
	parts.Wait()
	return err
}

// shutdown ends the clients' connections, and then all else.
func (d *daemon) shutdown() {
	ctx, cancel := context.WithTimeout(context.Background(), drainTimeout)
	defer cancel()
	_ = d.server.Shutdown(ctx) // what is late ends with its connection
	d.end()
	d.node.wait()
	for _, p := range d.node.pollers {
		p.Close()
	}
}

// newPollers makes as many as keep the machine busy beside what the loop and streams need;
// none where there can be none.
func newPollers(l *loop, cfg *Config) []*proto.Poller {
	var ps []*proto.Poller
	for range max(1, runtime.GOMAXPROCS(0)/2) {
		p, err := proto.NewPoller(l.polled)
		if err != nil {
			if !errors.Is(err, proto.ErrNotPolled) {
				cfg.Log.Warn("cannot poll connections, reading each in a goroutine", "err", err)
			}
			break
		}
		ps = append(ps, p)
	}
	return ps
}

// newLoop makes the loop of a node that begins at o.
func newLoop(n *node, o *origin) (*loop, error) {
	machine, err := consensus.New(consensus.Config{
		Self: n.me.id, Alpha: n.cfg.Alpha, Fill: n.cfg.Fill, Lease: lease, LogSeqns: n.cfg.LogSeqns, Seed: rand.Uint64(),
	}, o.state)
	if err != nil {
		return nil, fmt.Errorf("cannot begin: %w", err)
	}
	l := &loop{cfg: n.cfg, me: n.me, node: n, in: n.in, st: o.st, machine: machine,
		applier: applier{st: o.st, changed: n.changed}, remotes: make(map[consensus.ID]*remote), ticks: time.NewTimer(0)}
	l.applier.begin()
	l.in.hurry = l.hurry
	return l, nil
}
