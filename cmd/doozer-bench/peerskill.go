package main

import (
	"context"
	"fmt"
	"time"
)

// How nodes of rivals are killed.
const (
	peerKills     = 3
	peerKillAfter = 8 * time.Second        // of load after a kill; a pause may take half of it
	peerPatience  = 200 * time.Millisecond // for an answer; what was under way at a leader that died is answered late or never
)

// kill kills the leader of each, in turn, and puts it in its place again.
func (p *peers) kill(ctx context.Context) error {
	for i := range peerKills {
		for _, r := range p.rivals() {
			if r.leader == nil {
				continue
			}
			if err := r.kill(ctx); err != nil {
				return fmt.Errorf("%s: %w", r.name, err)
			}
		}
		p.say("kill %d of %d", i+1, peerKills)
	}
	return nil
}

func (r *rival) kill(ctx context.Context) error {
	victim, err := r.leader(ctx)
	if err != nil {
		return err
	}
	k, err := killOnce(ctx, r.on, victim, peerKillAfter, r.killLoad)
	if err != nil {
		return err
	}
	r.kills = append(r.kills, k)
	return r.again(ctx, victim)
}

// killLoad is a connection for each request.
func (r *rival) killLoad(ctx context.Context, on *server, k kind, length time.Duration, tr *trace) error {
	c, err := r.dial(ctx, on.addrs, killConns)
	if err != nil {
		return err
	}
	defer c.close()
	_, err = (&calls{
		clients: c, kind: k, on: on, outstanding: killConns, keys: benchKeys, time: length, trace: tr, patience: peerPatience,
	}).run(ctx)
	return err
}
