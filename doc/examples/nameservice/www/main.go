// Www is a web server that others find by the name of its service: as long as it lives the file
// /services/www/<id> has its address.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/ha/doozer/client"
)

func main() {
	log.SetFlags(0)
	id := flag.String("id", "", "what it is called among the servers")
	addr := flag.String("l", "127.0.0.1:0", "the address to listen on: one that others can dial")
	flag.Parse()
	if err := run(*id, *addr); err != nil {
		log.Fatal(err)
	}
}

func run(id, addr string) error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()

	// Listen first: whoever finds us in the list has to reach us.
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return err
	}
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintln(w, "this is", id)
	})}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(l) }()

	// Then say where we are. The entry is tied to a session, which the client keeps alive in the
	// background, and replaces by a new one should it ever be lost. When this process dies nobody
	// keeps it alive any more, and the cluster deletes the entry after a lease.
	c, err := client.DialEnv(ctx)
	if err != nil {
		return err
	}
	defer c.Close()
	entry, err := c.Register(ctx, "/services/www", id, []byte(l.Addr().String()))
	if err != nil {
		return err
	}
	log.Printf("%s serves at %s", id, l.Addr())

	select {
	case err = <-failed:
	case <-entry.Done():
		err = entry.Err() // somebody else has taken our id
	case <-ctx.Done():
	}

	// Say goodbye first: then the entry goes at once, and not after a lease. Then finish what is
	// being asked.
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	return errors.Join(err, entry.Close(ctx), server.Shutdown(ctx))
}
