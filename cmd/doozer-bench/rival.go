package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
)

// rival is a cluster of three that is used by a client library of its own.
type rival struct {
	contender
	on *server

	dial   func(ctx context.Context, addrs []string, conns int) (clients, error)
	fill   func(ctx context.Context) error                    // writes the files
	leader func(ctx context.Context) (int, error)             // which node to kill; nil: none is
	again  func(ctx context.Context, i int) error             // has another one in its place
	watch  func(ctx context.Context) (*fanout, func(), error) // has many watchers; nil: it is not measured

	best  map[use]clients // of as many connections as it does best with
	kills []killed
}

func (r *rival) stop() {
	for _, c := range r.best {
		c.close()
	}
	r.on.stop()
}

// doozerRival is Doozer by its Go client. There is no leader: nodes are killed in turn.
func doozerRival(ctx context.Context, b *bench) (*rival, error) {
	nodes, err := startCluster(ctx, b.doozerd, 3)
	if err != nil {
		return nil, err
	}
	turn := 0
	return &rival{
		contender: contender{name: "Doozer by its Go client"}, on: nodes,
		dial: func(ctx context.Context, addrs []string, conns int) (clients, error) {
			return dialDoozers(ctx, addrs, conns)
		},
		fill: func(ctx context.Context) error { return fill(ctx, nodes, benchDir, benchKeys) },
		leader: func(context.Context) (int, error) {
			turn++
			return turn % len(nodes.procs), nil
		},
		again: nodes.replace,
		watch: func(ctx context.Context) (*fanout, func(), error) { return watchDoozer(ctx, nodes) },
	}, nil
}

// etcdRival is etcd, with its data in a folder.
func etcdRival(ctx context.Context, name, dir string, noFsync bool) (*rival, error) {
	dir = filepath.Join(dir, name)
	if err := os.Mkdir(dir, 0o755); err != nil {
		return nil, err
	}
	e, err := startEtcd(ctx, dir, noFsync)
	if err != nil {
		return nil, err
	}
	r := &rival{
		contender: contender{name: name}, on: e.server,
		dial: func(_ context.Context, addrs []string, conns int) (clients, error) { return dialEtcds(addrs, conns) },
		fill: func(ctx context.Context) error { return fillEtcd(ctx, e.addrs) },
	}
	if noFsync {
		r.leader, r.again = e.leader, e.again
		r.watch = func(ctx context.Context) (*fanout, func(), error) { return watchEtcd(ctx, e.addrs) }
	}
	return r, nil
}

// zookeeperRival is ZooKeeper; nil where there is none.
func zookeeperRival(ctx context.Context, dir string) (*rival, error) {
	z, err := startZookeeper(ctx, dir)
	if errors.Is(err, errNoZookeeper) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return &rival{
		contender: contender{name: "ZooKeeper, no forced sync"}, on: z.server,
		dial: func(ctx context.Context, addrs []string, conns int) (clients, error) {
			return dialZookeepers(ctx, addrs, conns)
		},
		fill:   func(ctx context.Context) error { return fillZookeeper(ctx, z.addrs) },
		leader: z.leader, again: z.again,
	}, nil
}
