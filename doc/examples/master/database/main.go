// Database is a server of which several run, and one at a time is the master: it alone takes
// writes. When it dies, or is stopped, or cut off, another one takes its place.
package main

import (
	"context"
	"flag"
	"log"
	"net"
	"net/http"
	"os"
	"os/signal"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/ha/doozer/client"
)

func main() {
	log.SetFlags(0)
	addr := flag.String("l", "127.0.0.1:8101", "the address to listen on: one that others can dial")
	storage := flag.String("storage", "127.0.0.1:8100", "the address of the storage")
	flag.Parse()
	if err := run(*addr, *storage); err != nil {
		log.Fatal(err)
	}
}

func run(addr, storage string) error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	c, err := client.DialEnv(ctx)
	if err != nil {
		return err
	}
	defer c.Close()

	// Listen first: whoever learns that we are the master has to reach us.
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return err
	}
	d := &database{
		addr: addr, storage: "http://" + storage,
		client: c, election: c.Election("/db/master"),
	}
	failed := make(chan error, 2)
	go func() { failed <- http.Serve(l, d.handler()) }()
	go func() { d.stand(ctx); failed <- nil }()
	return <-failed
}

type database struct {
	addr, storage string
	client        *client.Client
	election      *client.Election
	office        atomic.Pointer[client.Leadership] // while we are the master
}

// stand stands for election, again and again, until ctx ends.
func (d *database) stand(ctx context.Context) {
	for ctx.Err() == nil {
		err := d.term(ctx)
		log.Print("not the master: ", err)
		select {
		case <-ctx.Done():
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// term stands for election, and returns when it has lost office, or could not come into it.
func (d *database) term(ctx context.Context) error {
	s, err := d.client.NewSession(ctx)
	if err != nil {
		return err
	}
	defer resign(s)
	l, err := d.election.Campaign(ctx, s, []byte(d.addr))
	if err != nil {
		return err
	}

	// From here on writes of all masters before are refused: not before.
	if err := d.toStorage(ctx, l, nil); err != nil {
		return err
	}
	log.Print("the master, with token ", l.Token())
	d.office.Store(l)
	defer d.office.Store(nil)
	select {
	case <-l.Done():
		return l.Err()
	case <-ctx.Done():
		return ctx.Err()
	}
}

// resign ends the session, so that the next one is elected at once, and not after a lease.
func resign(s *client.Session) {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	if err := s.Close(ctx); err != nil {
		log.Print("it takes a lease until another one can be elected: ", err)
	}
}
