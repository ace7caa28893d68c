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
	go func() { failed <- d.election.Run(ctx, []byte(addr), d.rule) }()
	if err := <-failed; ctx.Err() == nil {
		return err
	}
	return nil
}

type database struct {
	addr, storage string
	client        *client.Client
	election      *client.Election
	office        atomic.Pointer[client.Leadership] // while we are the master
}

// rule is called whenever we are elected, and stays until we are the master no more.
func (d *database) rule(ctx context.Context, l *client.Leadership) error {
	// From here on writes of all masters before are refused: not before.
	if err := d.toStorage(ctx, l, nil); err != nil {
		log.Print("not the master: ", err)
		return nil // let others try, and then try again
	}
	log.Print("the master, with token ", l.Token())
	d.office.Store(l)
	defer d.office.Store(nil)
	<-ctx.Done()
	log.Print("not the master: ", context.Cause(ctx))
	return nil
}
