package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"sync"
	"time"

	"github.com/ha/doozer/client"
)

// connect dials the cluster. With wait it waits until there is one, and says so.
func (s *session) connect(ctx context.Context, wait bool) error {
	cfg := s.config(s.patient)
	if s.patient {
		cfg.Log = slog.New(&reach{errs: s.errs})
	}
	c, err := dial(ctx, cfg, s.addr)
	if wait && ctx.Err() == nil && (errors.Is(err, client.ErrUnreachable) || errors.Is(err, client.ErrNoCluster)) {
		fmt.Fprintf(s.errs, "doozer: %s; waiting\n", oneLine(err))
		cfg.Patient = true
		if c, err = dial(ctx, cfg, s.addr); err == nil {
			fmt.Fprintln(s.errs, "doozer: the cluster is there")
		}
	}
	if err != nil && s.life.Err() != nil {
		return errInterrupted
	}
	s.client = c
	return err
}

// hangUp ends the client, if there is one.
func (s *session) hangUp() {
	if s.client != nil {
		s.client.Close()
	}
}

// awayTold is how long a cluster is out of reach until that is told: another node is
// found sooner as a rule.
const awayTold = 2 * time.Second

// reach is the log of a client that never gives up: it tells when the cluster is out of
// reach, and when it is back.
type reach struct {
	errs io.Writer

	mu   sync.Mutex
	away *time.Timer // until it is told; nil: it is not away
	told bool
}

// Handle hears of connections, in the client's words.
func (r *reach) Handle(_ context.Context, rec slog.Record) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case rec.Message == "connection lost" && r.away == nil:
		r.away = time.AfterFunc(awayTold, r.tell)
	case rec.Message == "connected" && r.away != nil:
		r.away.Stop()
		if r.told {
			fmt.Fprintln(r.errs, "doozer: the cluster is back")
		}
		r.away, r.told = nil, false
	}
	return nil
}

func (r *reach) tell() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.away != nil {
		r.told = true
		fmt.Fprintln(r.errs, "doozer: the cluster is out of reach; going on without it")
	}
}

// Enabled, WithAttrs and WithGroup make it a log that takes all.
func (r *reach) Enabled(context.Context, slog.Level) bool { return true }
func (r *reach) WithAttrs([]slog.Attr) slog.Handler       { return r }
func (r *reach) WithGroup(string) slog.Handler            { return r }
