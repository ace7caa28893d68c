package main

import (
	"context"
	"fmt"

	"github.com/ha/doozer/client"
)

// doozerClients is Doozer by its Go client.
type doozerClients struct{ clients []*client.Client }

// dialDoozers makes so many connections, to the addresses in turn.
func dialDoozers(ctx context.Context, addrs []string, conns int) (*doozerClients, error) {
	d := &doozerClients{}
	for i := range conns {
		c, err := dial(ctx, addrs[i%len(addrs)])
		if err != nil {
			d.close()
			return nil, err
		}
		d.clients = append(d.clients, c)
	}
	return d, nil
}

func (d *doozerClients) close() {
	for _, c := range d.clients {
		c.Close()
	}
}

func (d *doozerClients) conns() int { return len(d.clients) }

func (d *doozerClients) set(ctx context.Context, conn, key int) error {
	rev, err := d.clients[conn].Set(ctx, callPath(key), client.Clobber, callValue(key))
	if err == nil && rev <= 0 {
		err = fmt.Errorf("%w: a SET made revision %d", errWrong, rev)
	}
	return err
}

func (d *doozerClients) get(ctx context.Context, conn, key int) error {
	value, _, err := d.clients[conn].Get(ctx, callPath(key))
	if err != nil {
		return err
	}
	return checkValue(value, key)
}
