package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"

	"github.com/ha/doozer/client"
)

// clientWatchDir is another directory than that of the watchers by frames.
const clientWatchDir = "/watched-by-clients"

// watchDoozer has many watchers, each by a Go client of its own.
func watchDoozer(ctx context.Context, nodes *server) (_ *fanout, stop func(), err error) {
	ctx, cancel := context.WithCancel(ctx)
	d, err := dialPinned(ctx, nodes.addrs, watcherCount)
	stop = func() {
		cancel()
		d.close()
	}
	if err != nil {
		stop()
		return nil, nil, err
	}
	f := newFanout(clientWatchDir, watcherCount, func(ctx context.Context, w int, value []byte) error {
		_, err := d.clients[w].Set(ctx, watchPath(clientWatchDir, w), client.Clobber, value)
		return err
	})
	for i, c := range d.clients {
		w, err := c.Watch(ctx, clientWatchDir+"/*", 0)
		if err != nil {
			stop()
			return nil, nil, fmt.Errorf("watcher %d: %w", i, err)
		}
		go func() { f.fail(followDoozer(w, f)) }()
	}
	return f, stop, nil
}

// dialPinned makes connections that follow no cluster: a thousand clients of one program need not all do that.
func dialPinned(ctx context.Context, addrs []string, conns int) (*doozerClients, error) {
	d := &doozerClients{}
	for i := range conns {
		c, err := client.Config{Pinned: true, Secret: secret()}.Dial(ctx, addrs[i%len(addrs)])
		if err != nil {
			return d, err
		}
		d.clients = append(d.clients, c)
	}
	return d, nil
}

func followDoozer(w *client.Watch, f *fanout) error {
	var o order
	var events []client.Event
	for {
		var err error
		if events, err = w.NextBatch(events[:0]); err != nil {
			return err
		}
		for _, e := range events {
			if e.Del {
				return fmt.Errorf("%s was deleted", e.Path)
			}
			if err := f.tell(&o, e.Path, e.Value); err != nil {
				return err
			}
		}
	}
}

// watchEtcd has many watchers, each by a client, and so a connection, of its own.
func watchEtcd(ctx context.Context, addrs []string) (_ *fanout, stop func(), err error) {
	ctx, cancel := context.WithCancel(ctx)
	e, err := dialEtcds(addrs, watcherCount)
	if err != nil {
		cancel()
		return nil, nil, err
	}
	stop = func() {
		cancel()
		e.close()
	}
	f := newFanout(clientWatchDir, watcherCount, func(ctx context.Context, w int, value []byte) error {
		_, err := e.clients[w].Put(ctx, watchPath(clientWatchDir, w), string(value))
		return err
	})
	for i, c := range e.clients {
		events := c.Watch(ctx, clientWatchDir+"/", clientv3.WithPrefix(), clientv3.WithCreatedNotify())
		select {
		case r := <-events:
			if err := r.Err(); err != nil || !r.Created {
				stop()
				return nil, nil, fmt.Errorf("watcher %d: %+v: %w", i, r, err)
			}
		case <-time.After(answerTime):
			stop()
			return nil, nil, fmt.Errorf("watcher %d does not begin", i)
		}
		go func() { f.fail(followEtcd(events, f)) }()
	}
	return f, stop, nil
}

func followEtcd(events clientv3.WatchChan, f *fanout) error {
	var o order
	for r := range events {
		if err := r.Err(); err != nil {
			return err
		}
		for _, e := range r.Events {
			if e.Type != clientv3.EventTypePut {
				return fmt.Errorf("%s was deleted", e.Kv.Key)
			}
			if err := f.tell(&o, string(e.Kv.Key), e.Kv.Value); err != nil {
				return err
			}
		}
	}
	return errors.New("a watch ended")
}
