package main

import (
	"context"
	"fmt"

	clientv3 "go.etcd.io/etcd/client/v3"
)

// etcdClients is clients of etcd.
type etcdClients struct{ clients []*clientv3.Client }

// dialEtcds makes so many connections, to the addresses in turn.
func dialEtcds(addrs []string, conns int) (*etcdClients, error) {
	e := &etcdClients{}
	for i := range conns {
		c, err := dialEtcd(addrs[i%len(addrs)])
		if err != nil {
			e.close()
			return nil, fmt.Errorf("etcd: %w", err)
		}
		e.clients = append(e.clients, c)
	}
	return e, nil
}

func (e *etcdClients) close() {
	for _, c := range e.clients {
		c.Close()
	}
}

func (e *etcdClients) conns() int { return len(e.clients) }

func (e *etcdClients) set(ctx context.Context, conn, key int) error {
	resp, err := e.clients[conn].Put(ctx, callPath(key), string(callValue(key)))
	if err != nil {
		return err
	}
	if resp.Header.GetRevision() <= 1 {
		return fmt.Errorf("%w: a Put made revision %d", errWrong, resp.Header.GetRevision())
	}
	return nil
}

// get is a linearizable Range, which is what Get is without options.
func (e *etcdClients) get(ctx context.Context, conn, key int) error {
	resp, err := e.clients[conn].Get(ctx, callPath(key))
	if err != nil {
		return err
	}
	if len(resp.Kvs) != 1 {
		return fmt.Errorf("%w: key %d has %d values", errWrong, key, len(resp.Kvs))
	}
	return checkValue(resp.Kvs[0].Value, key)
}

// fillEtcd writes the files.
func fillEtcd(ctx context.Context, addrs []string) error {
	e, err := dialEtcds(addrs, 1)
	if err != nil {
		return err
	}
	defer e.close()
	for key := range benchKeys {
		if err := e.set(ctx, 0, key); err != nil {
			return err
		}
	}
	return nil
}
