package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/ha/doozer/client"
)

// cluster is the nodes that are tested.
type cluster struct {
	net    network
	bin    string // the doozerd
	dir    string // for logs
	flags  []string
	slots  int
	places []*place // slots of them, and one for each spare
}

func newCluster(w network, bin, dir string, slots, spares int, flags ...string) *cluster {
	c := &cluster{net: w, bin: bin, dir: dir, slots: slots, flags: append([]string{"-w", "false"}, flags...)}
	for i := range slots + spares {
		c.places = append(c.places, &place{index: i, host: w.host(i)})
	}
	return c
}

// boot starts all nodes, and returns when the cluster is whole.
func (c *cluster) boot(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	if err := c.start(ctx, 0, false); err != nil {
		return err
	}
	first := c.places[0].last()
	one, err := dial(ctx, c, first)
	if err != nil {
		return err
	}
	defer one.Close()
	for i := 1; i < c.slots; i++ {
		if _, err := one.Set(ctx, "/ctl/cal/"+strconv.Itoa(i), client.Missing, nil); err != nil {
			return err
		}
	}
	for i := 1; i < len(c.places); i++ {
		if err := c.start(ctx, i, false, first); err != nil {
			return err
		}
	}
	return c.whole(ctx)
}

// start starts a node at a place, at another address than the last one if
// that is wanted, and waits until it serves.
func (c *cluster) start(ctx context.Context, at int, other bool, attach ...string) error {
	p := c.places[at]
	addr, name := p.next(c.net, other)
	args := append([]string{"-l", addr}, c.flags...)
	for _, a := range attach {
		args = append(args, "-a", a)
	}
	proc, err := startProcess(c.net, at, c.dir, name, c.bin, args...)
	if err != nil {
		return err
	}
	p.inhabit(proc)
	if err := proc.serves(ctx); err != nil {
		proc.kill()
		return err
	}
	return nil
}

// replace starts a new node at a place by way of the living, over and over until
// one serves: those it attaches to may be cut off from it.
func (c *cluster) replace(ctx context.Context, at int, other bool) error {
	for {
		err := errNobody
		if living := c.living(at); len(living) > 0 {
			one, cancel := context.WithTimeout(ctx, patience/3)
			err = c.start(one, at, other, living...)
			cancel()
		}
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// living are the addresses of those who serve, but at one place.
func (c *cluster) living(but int) (addrs []string) {
	for i, p := range c.places {
		if proc := p.now(); i != but && proc != nil && proc.alive() {
			if addr, _ := proc.where(); addr != "" {
				addrs = append(addrs, addr)
			}
		}
	}
	return addrs
}

// ask has try speak with one node after the other until it succeeds.
func (c *cluster) ask(ctx context.Context, try func(context.Context, *client.Client) error) error {
	errs := []error{errNobody}
	for _, addr := range c.living(tester) {
		err := speak(ctx, addr, time.Second, try)
		if err == nil {
			return nil
		}
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

// speak connects to a node, and has try speak with it and no other, for a time at most.
func speak(ctx context.Context, addr string, most time.Duration, try func(context.Context, *client.Client) error) error {
	ctx, cancel := context.WithTimeout(ctx, most)
	defer cancel()
	one, err := dial(ctx, nil, addr)
	if err != nil {
		return fmt.Errorf("%s: %w", addr, err)
	}
	defer one.Close()
	if err := try(ctx, one); err != nil {
		return fmt.Errorf("%s: %w", addr, err)
	}
	return nil
}

// end kills all that still runs, and tells who had crashed.
func (c *cluster) end() error {
	var errs []error
	for _, p := range c.places {
		for _, proc := range p.all() {
			errs = append(errs, proc.crashed())
			proc.kill()
		}
	}
	return errors.Join(errs...)
}
