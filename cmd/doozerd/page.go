package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
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
	if err == nil || opt.webGiven || !errors.Is(err, syscall.EADDRINUSE) {
		return l, err
	}
	host, text, err := net.SplitHostPort(opt.web)
	if err != nil {
		return nil, err
	}
	first, err := strconv.Atoi(text)
	if err != nil {
		return nil, err
	}
	for port := first + 1; port < first+maxPorts; port++ {
		l, err = net.Listen("tcp", net.JoinHostPort(host, strconv.Itoa(port)))
		if err == nil || !errors.Is(err, syscall.EADDRINUSE) {
			return l, err
		}
	}
	return nil, fmt.Errorf("no port for the web page is free: %w", err)
}

// page is the web page of a node that serves.
type page struct {
	srv    *web.Server
	served chan error
}

// servePage begins to serve the page on l.
func servePage(l net.Listener, s peer.Started, log *slog.Logger) (*page, error) {
	srv, err := web.New(web.Config{Store: s.Store, Name: s.Cluster, ID: s.ID, Log: log})
	if err != nil {
		return nil, err
	}
	p := &page{srv: srv, served: make(chan error, 1)}
	go func() {
		err := srv.Serve(l)
		if !errors.Is(err, http.ErrServerClosed) {
			log.Error("the web page ended", "err", err)
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
