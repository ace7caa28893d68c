package main

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/ha/doozer/client"
	"github.com/ha/doozer/store"
)

// What the cost of sessions is measured with: each has an ephemeral file.
const (
	sessionCount   = 10_000
	sessionClients = 12 // a connection holds no more than 1,024
	sessionsDir    = "/services"
	sessionsIdle   = 20 // times a round: renewals come in waves of half a lease
)

// sessions is what many sessions at once cost a cluster of three.
type sessions struct {
	making       time.Duration
	idle, held   float64 // of a core, all nodes together
	alone, under sample  // SETs without and with them
	lost         int     // that ended though they were kept alive
	clearing     time.Duration
}

// measureSessions has clients keep sessions alive as those of 2011 did: by checking in
// again on each answer.
func measureSessions(ctx context.Context, b *bench) (*sessions, error) {
	nodes, err := startFilled(ctx, b.doozerd, 3, benchDir, benchKeys)
	if err != nil {
		return nil, err
	}
	defer nodes.stop()
	s := &sessions{}
	if s.idle, s.alone, err = cost(ctx, b.options, nodes); err != nil {
		return nil, err
	}
	k, err := makeSessions(ctx, nodes.addrs, sessionCount)
	if err != nil {
		return nil, err
	}
	defer k.close()
	s.making = k.making
	if s.held, s.under, err = cost(ctx, b.options, nodes); err != nil {
		return nil, err
	}
	s.lost = k.abandon()
	if s.clearing, err = awaitCleared(ctx, nodes.addrs[0], sessionCount); err != nil {
		return nil, err
	}
	return s, nil
}

// cost is the CPU that the nodes take for nothing but what they hold, and then the SETs that
// they answer besides.
func cost(ctx context.Context, o options, nodes *server) (cpu float64, sets sample, err error) {
	before, begun := nodes.cpu(), time.Now()
	select {
	case <-time.After(sessionsIdle * o.round):
	case <-ctx.Done():
		return 0, sets, ctx.Err()
	}
	cpu = float64(nodes.cpu()-before) / float64(time.Since(begun))
	t, err := newTemplate(kindSet, benchDir)
	if err != nil {
		return 0, sets, err
	}
	level := levels[goalLevel]
	sets, err = load{
		template: t, on: nodes, outstanding: level.outstanding, conns: level.conns,
		keys: benchKeys, warm: o.round / warmShare, time: sessionsIdle * o.round,
	}.run(ctx)
	return cpu, sets, err
}

func (s *sessions) goals() []goal { return nil }

// keepers keep sessions alive, a goroutine each.
type keepers struct {
	clients []*client.Client
	making  time.Duration
	stop    context.CancelFunc
	running sync.WaitGroup

	mu   sync.Mutex
	lost int
}

func makeSessions(ctx context.Context, addrs []string, n int) (*keepers, error) {
	alive, stop := context.WithCancel(ctx)
	k := &keepers{stop: stop}
	for i := range sessionClients {
		c, err := client.Dial(ctx, addrs[i%len(addrs)])
		if err != nil {
			k.close()
			return nil, err
		}
		k.clients = append(k.clients, c)
	}
	made := make(chan error, n)
	begun := time.Now()
	for i := range n {
		k.running.Go(func() { k.keep(alive, k.clients[i%len(k.clients)], fmt.Sprintf("s%05d", i), made) })
	}
	for range n {
		if err := <-made; err != nil {
			k.close()
			return nil, err
		}
	}
	k.making = time.Since(begun)
	return k, nil
}

// keep makes a session with its file, keeps it alive until the context ends, and prolongs it for the last time.
func (k *keepers) keep(ctx context.Context, c *client.Client, name string, made chan<- error) {
	err := c.Checkin(ctx, name, client.Missing)
	if err == nil {
		_, err = c.SetEphemeral(ctx, sessionsDir+"/"+name, client.Missing, []byte("10.0.0.1:8080"), name)
	}
	made <- err
	for err == nil && ctx.Err() == nil {
		err = c.Checkin(ctx, name, client.Clobber)
	}
	if ctx.Err() != nil {
		err = prolong(context.WithoutCancel(ctx), c, name)
	}
	if err != nil {
		k.mu.Lock()
		k.lost++
		k.mu.Unlock()
	}
}

// prolong gives a session a lease from now. All sessions are left with that, so that they end at once, and not in the
// waves in which they were renewed; and which was lost before is found out.
func prolong(ctx context.Context, c *client.Client, name string) error {
	ctx, cancel := context.WithTimeout(ctx, answerTime)
	defer cancel()
	path := store.SessDir + "/" + name
	_, err := c.Commit(ctx, new(client.Txn).Check(path, client.Clobber).Set(path, client.Clobber, nil))
	return err
}

// abandon stops to keep the sessions alive, all at once, and tells how many were lost before.
func (k *keepers) abandon() int {
	k.stop()
	k.running.Wait()
	return k.lost
}

func (k *keepers) close() {
	k.abandon()
	for _, c := range k.clients {
		c.Close()
	}
}

// awaitCleared waits until nothing is left of any session, and tells how long that took from
// when the first one ended.
func awaitCleared(ctx context.Context, addr string, n int) (time.Duration, error) {
	c, err := client.Dial(ctx, addr)
	if err != nil {
		return 0, err
	}
	defer c.Close()
	var first time.Time
	for {
		left := 0
		for _, dir := range []string{store.SessDir, store.GoneDir, sessionsDir} {
			entries, _, err := c.Stat(ctx, dir)
			if err != nil {
				return 0, err
			}
			if left += entries; dir == store.SessDir && entries < n && first.IsZero() {
				first = time.Now()
			}
		}
		if left == 0 {
			return time.Since(first), nil
		}
		select {
		case <-time.After(5 * time.Millisecond):
		case <-ctx.Done():
			return 0, ctx.Err()
		}
	}
}
