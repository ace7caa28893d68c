package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"syscall"
	"time"

	"github.com/ha/doozer/peer"
	"github.com/ha/doozer/web"
)

// maxPorts is how many ports are tried for a page whose address was not given.
const maxPorts = 100

// listenPage opens the page's address, or the next free port when the address
// was not given; nil when there is to be no page.
func listenPage(opt *options) (net.Listener, error) {
	if opt.web == "" {
		return nil, nil
	}
	l, err := net.Listen("tcp", opt.web)
	switch {
	case err == nil:
		return l, nil
	case opt.webGiven:
		return nil, fmt.Errorf("the web page: %w", err)
	case errors.Is(err, syscall.EADDRINUSE):
		l, err = listenAfter(opt.web)
	}
	if err != nil {
		return nil, cmp.Or(cannotListen(opt.peer.Addr), fmt.Errorf("the web page, at the host of -l (-w says where else): %w", err))
	}
	return l, nil
}

// cannotListen is what is wrong with -l, if anything: then it is no use to say that the
// page cannot be at the same host.
func cannotListen(addr string) error {
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return fmt.Errorf("-l: %w", err)
	}
	l.Close()
	return nil
}

// listenAfter opens the next free port after that of addr.
func listenAfter(addr string) (net.Listener, error) {
	host, text, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, err
	}
	first, err := strconv.Atoi(text)
	if err != nil {
		return nil, err
	}
	var l net.Listener
	for port := first + 1; port < first+maxPorts; port++ {
		l, err = net.Listen("tcp", net.JoinHostPort(host, strconv.Itoa(port)))
		if err == nil || !errors.Is(err, syscall.EADDRINUSE) {
			return l, err
		}
	}
	return nil, fmt.Errorf("no port is free: %w", err)
}

// pageHosts is what the page may be asked for by besides what is always allowed: the host
// of its address.
func pageHosts(addr string) []string {
	if host, _, err := net.SplitHostPort(addr); err == nil && host != "" {
		return []string{host}
	}
	return nil
}

// page is the web page of a node that serves.
type page struct {
	srv    *web.Server
	served chan error
}

// servePage begins to serve the page on l, which was asked for as addr.
func servePage(l net.Listener, addr string, s peer.Started, cfg *peer.Config) (*page, error) {
	srv, err := web.New(web.Config{Store: s.Store, Name: s.Cluster, ID: s.ID, Log: cfg.Log, Hosts: pageHosts(addr), Secrets: cfg.Secrets})
	if err != nil {
		return nil, err
	}
	p := &page{srv: srv, served: make(chan error, 1)}
	go func() {
		err := srv.Serve(l)
		if !errors.Is(err, http.ErrServerClosed) {
			cfg.Log.Error("the web page ended", "err", err)
		}
		p.served <- err
	}()
	return p, nil
}

// end ends the page, at once.
func (p *page) end() {
	ctx, cancel := context.WithTimeout(context.Background(), 200*time.Millisecond)
	defer cancel()
	_ = p.srv.Shutdown(ctx) // what is late was closed
	<-p.served
}
