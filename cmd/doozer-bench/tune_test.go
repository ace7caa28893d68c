package main

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bmizerany/assert"
)

// sizedClients answer the sooner the nearer their number is to the best one.
type sizedClients struct {
	n, best int
	closed  bool
}

func (c *sizedClients) conns() int                                { return c.n }
func (c *sizedClients) close()                                    { c.closed = true }
func (c *sizedClients) set(ctx context.Context, _, _ int) error   { return c.answer() }
func (c *sizedClients) get(ctx context.Context, _, key int) error { return c.answer() }

func (c *sizedClients) answer() error {
	time.Sleep(time.Duration(1+max(c.n-c.best, c.best-c.n)) * time.Millisecond)
	return nil
}

func TestTune(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var all []*sizedClients
		r := &rival{on: &server{}, best: make(map[use]clients)}
		r.dial = func(_ context.Context, _ []string, conns int) (clients, error) {
			all = append(all, &sizedClients{n: conns, best: 12})
			return all[len(all)-1], nil
		}
		b := &bench{options: options{round: time.Second}}
		u := uses()[0]
		assert.Equal(t, nil, r.tune(t.Context(), b, u))
		assert.Equal(t, 12, r.best[u].conns())
		for _, c := range all {
			assert.Equal(t, c.n != 12, c.closed)
		}
	})
}

func TestTuneClosesAllWhenOneFails(t *testing.T) {
	var all []*sizedClients
	r := &rival{on: &server{}}
	r.dial = func(_ context.Context, _ []string, conns int) (clients, error) {
		if len(all) == 2 {
			return nil, errors.New("refused")
		}
		all = append(all, &sizedClients{n: conns})
		return all[len(all)-1], nil
	}
	assert.NotEqual(t, nil, r.tune(t.Context(), &bench{}, uses()[0]))
	assert.T(t, all[0].closed && all[1].closed)
}
