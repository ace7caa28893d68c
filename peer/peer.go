package peer

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"sync"
	"time"

	"github.com/ha/doozer/consensus"
	"github.com/ha/doozer/server"
	"github.com/ha/doozer/store"
)

// drainTimeout bounds the wait for clients' goroutines at the end.
const drainTimeout = 500 * time.Millisecond

// Run lives a node's life: it listens, begins a cluster or attaches to one,
// serves until ctx ends, and returns nil when all of its goroutines have ended.
// An error says in one line why the node could not begin, or not go on.
func Run(ctx context.Context, cfg Config) error {
	cfg, err := cfg.withDefaults()
	if err != nil {
		return err
	}
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "tcp", cfg.Addr)
	if err != nil {
		return err
	}
	defer l.Close()
	me := &identity{id: newID(), cluster: cfg.Cluster, alpha: cfg.Alpha, addr: dialable(cfg.Addr, l.Addr())}
	o, err := begin(ctx, &cfg, me)
	if errors.Is(err, context.Canceled) && ctx.Err() != nil {
		return nil
	}
	if err != nil {
		return err
	}
	return serve(ctx, &cfg, me, l, o)
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
		return boot(cfg, me)
	}
	return attach(ctx, cfg, me)
}

// serve runs all parts of a node until ctx ends, or one of them fails.
func serve(ctx context.Context, cfg *Config, me *identity, l net.Listener, o *origin) error {
	life, end := context.WithCancel(context.WithoutCancel(ctx))
	defer end()
	n := newNode(cfg, me, life)
	loop, err := newLoop(n, o)
	if err != nil {
		return err
	}
	srv, err := server.New(server.Config{Node: n, Store: o.st, Log: cfg.Log, Peer: n.accept})
	if err != nil {
		return err
	}
	if cfg.Ready != nil {
		cfg.Ready(Started{ID: me.id, Cluster: cfg.Cluster, Addr: me.addr, Store: o.st})
	}
	if o.from != "" {
		cfg.Log.Info("attached", "to", o.from, "rev", o.state.Applied)
	}
	var parts sync.WaitGroup
	parts.Go(func() { loop.run(life) })
	for _, upkeep := range []func(context.Context, *store.Store){n.keepMembership, n.keepPulse, n.keepLiveness} {
		parts.Go(func() { upkeep(life, o.st) })
	}
	served := make(chan error, 1)
	parts.Go(func() { served <- srv.Serve(l) })
	select {
	case <-ctx.Done():
		err = nil
	case err = <-served:
	}
	shutdown(srv, end)
	n.wait()
	parts.Wait()
	return err
}

// shutdown ends the clients' connections, and then all else.
func shutdown(srv *server.Server, end func()) {
	ctx, cancel := context.WithTimeout(context.Background(), drainTimeout)
	defer cancel()
	_ = srv.Shutdown(ctx) // what is late ends with its connection
	end()
}

// newLoop makes the loop of a node that begins at o.
func newLoop(n *node, o *origin) (*loop, error) {
	machine, err := consensus.New(consensus.Config{
		Self: n.me.id, Alpha: n.cfg.Alpha, Fill: n.cfg.Fill, Seed: rand.Uint64(),
	}, o.state)
	if err != nil {
		return nil, fmt.Errorf("cannot begin: %w", err)
	}
	l := &loop{cfg: n.cfg, me: n.me, node: n, in: n.in, st: o.st, machine: machine,
		applier: applier{st: o.st, changed: n.changed}, remotes: make(map[consensus.ID]*remote)}
	l.applier.begin()
	return l, nil
}
