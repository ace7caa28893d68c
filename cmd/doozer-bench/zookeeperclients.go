package main

import (
	"context"
	"fmt"
	"time"

	"github.com/go-zookeeper/zk"
)

// zookeeperSession is how long ZooKeeper keeps a client that it does not hear.
const zookeeperSession = 10 * time.Second

// zookeeperClients is clients of ZooKeeper.
type zookeeperClients struct{ clients []*zk.Conn }

// dialZookeepers makes so many connections, to the addresses in turn.
func dialZookeepers(ctx context.Context, addrs []string, conns int) (*zookeeperClients, error) {
	z := &zookeeperClients{}
	for i := range conns {
		c, err := dialZookeeper(ctx, addrs[i%len(addrs)])
		if err != nil {
			z.close()
			return nil, err
		}
		z.clients = append(z.clients, c)
	}
	return z, nil
}

func dialZookeeper(ctx context.Context, addr string) (*zk.Conn, error) {
	c, events, err := zk.Connect([]string{addr}, zookeeperSession, zk.WithLogInfo(false), zk.WithLogger(noLog{}))
	if err != nil {
		return nil, fmt.Errorf("zookeeper: %w", err)
	}
	late := time.After(answerTime)
	for {
		select {
		case e := <-events:
			if e.State == zk.StateHasSession {
				return c, nil
			}
		case <-late:
			c.Close()
			return nil, fmt.Errorf("zookeeper: no session at %s", addr)
		case <-ctx.Done():
			c.Close()
			return nil, context.Cause(ctx)
		}
	}
}

// noLog says nothing: what matters comes as an error.
type noLog struct{}

func (noLog) Printf(string, ...any) {}

func (z *zookeeperClients) close() {
	for _, c := range z.clients {
		c.Close()
	}
}

func (z *zookeeperClients) conns() int { return len(z.clients) }

func (z *zookeeperClients) set(_ context.Context, conn, key int) error {
	stat, err := z.clients[conn].Set(callPath(key), callValue(key), -1)
	if err != nil {
		return err
	}
	if stat.Version <= 0 || stat.DataLength != valueLen {
		return fmt.Errorf("%w: a set made version %d of %d bytes", errWrong, stat.Version, stat.DataLength)
	}
	return nil
}

// get is what the server that is asked has, which may be behind.
func (z *zookeeperClients) get(_ context.Context, conn, key int) error {
	value, _, err := z.clients[conn].Get(callPath(key))
	if err != nil {
		return err
	}
	return checkValue(value, key)
}

// fillZookeeper makes the files: unlike others, ZooKeeper does not with the first write.
func fillZookeeper(ctx context.Context, addrs []string) error {
	c, err := dialZookeeper(ctx, addrs[0])
	if err != nil {
		return err
	}
	defer c.Close()
	if _, err := c.Create(benchDir, nil, 0, zk.WorldACL(zk.PermAll)); err != nil {
		return err
	}
	for key := range benchKeys {
		if _, err := c.Create(callPath(key), callValue(key), 0, zk.WorldACL(zk.PermAll)); err != nil {
			return err
		}
	}
	return nil
}
