// Balancer passes requests on to the web servers that live, to one after the other.
package main

import (
	"context"
	"flag"
	"log"
	"net"
	"net/http"
	"net/http/httputil"
	"strings"
	"time"

	"github.com/ha/doozer/client"
)

func main() {
	log.SetFlags(0)
	addr := flag.String("l", "127.0.0.1:8090", "the address to listen on")
	flag.Parse()
	if err := run(context.Background(), *addr); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, addr string) error {
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return err
	}
	c, err := client.DialEnv(ctx)
	if err != nil {
		return err
	}
	defer c.Close()

	b := &balancer{http: &http.Transport{ResponseHeaderTimeout: 2 * time.Second}}
	proxy := &httputil.ReverseProxy{
		Rewrite:   func(r *httputil.ProxyRequest) { r.Out.URL.Scheme = "http" },
		Transport: b,
	}
	failed := make(chan error, 2)
	go func() { failed <- http.Serve(l, proxy) }()
	go func() { failed <- b.follow(ctx, c) }()
	return <-failed
}

// follow keeps the list of servers as the cluster has it.
func (b *balancer) follow(ctx context.Context, c *client.Client) error {
	for servers, err := range c.Services(ctx, "/services/www") {
		if err != nil {
			return err
		}
		b.use(servers)
		log.Print("live: ", names(servers))
	}
	return nil
}

func names(servers []client.Service) string {
	var ids []string
	for _, s := range servers {
		ids = append(ids, s.ID)
	}
	return strings.Join(ids, " ")
}
