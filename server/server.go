package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"sync"
	"time"

	"github.com/ha/doozer/proto"
	"github.com/ha/doozer/proto/access"
	"github.com/ha/doozer/store"
)

// ErrServerClosed is what Serve returns after Shutdown.
var ErrServerClosed = errors.New("server closed")

// Config is what a Server needs. Zeros are replaced by the defaults.
type Config struct {
	Node  Node         // who agrees on changes; required
	Store *store.Store // what reads are answered from; required
	Log   *slog.Logger // required; one line for a connection that ends for what it sent

	// Peer takes over a connection whose first request is PEER, with all that
	// is buffered behind it. Where reading takes a secret the limit of the connection's frames is
	// 64 KiB until Peer sets another one. nil: PEER is an unknown verb.
	Peer func(c *proto.Conn, hello *proto.Request)

	// Status is what the node knows of itself and of the members; what the store and the
	// server know is added to it. nil: STATUS is an unknown verb.
	Status func(ctx context.Context) (*proto.Status, error)

	// Pollers read the connections, each its share; none: a goroutine each does. Their
	// after calls what Node.Hurry does.
	Pollers []*proto.Poller

	// Secrets says what clients may do; nil: everything.
	Secrets *access.Secrets

	MaxFrame       int // bytes of a request; 4 MiB. At most 64 KiB from who may not read
	MaxValue       int // bytes of a file's value, 1 MiB at most; 1 MiB
	MaxOutput      int // bytes of answers that a connection leaves unread before it is ended; 64 MiB
	MaxOutstanding int // requests of a connection that are not answered; 4096
	MaxStreams     int // of them, those that may last forever: watches, and reads of the future; 1024
	MaxWriting     int // bytes of a connection's writes that are not answered, from which it is not read; 16 MiB
}

func (cfg *Config) setDefaults() error {
	if cfg.Secrets == nil {
		cfg.Secrets = access.Open()
	}
	for _, limit := range []struct {
		name  string
		value *int
		or    int
	}{
		{"MaxFrame", &cfg.MaxFrame, proto.MaxFrame},
		{"MaxValue", &cfg.MaxValue, proto.MaxValue},
		{"MaxOutput", &cfg.MaxOutput, 64 << 20},
		{"MaxOutstanding", &cfg.MaxOutstanding, 4096},
		{"MaxStreams", &cfg.MaxStreams, 1024},
		{"MaxWriting", &cfg.MaxWriting, 16 << 20},
	} {
		if *limit.value < 0 {
			return fmt.Errorf("server: %s is %d", limit.name, *limit.value)
		}
		if *limit.value == 0 {
			*limit.value = limit.or
		}
	}
	switch {
	case cfg.Node == nil || cfg.Store == nil || cfg.Log == nil:
		return errors.New("server: Node, Store and Log are required")
	case cfg.MaxStreams >= cfg.MaxOutstanding:
		return fmt.Errorf("server: MaxStreams is %d, and MaxOutstanding, %d, must be more: else streams could stop a connection forever",
			cfg.MaxStreams, cfg.MaxOutstanding)
	case cfg.MaxValue > store.MaxValue:
		return fmt.Errorf("server: MaxValue is %d, and the store takes %d", cfg.MaxValue, store.MaxValue)
	}
	return nil
}

// Server serves clients. Its methods may be called from any goroutine.
type Server struct {
	cfg Config

	mu        sync.Mutex
	closed    bool
	listeners map[net.Listener]bool
	conns     map[*conn]bool
	turn      int            // the latest connection's number
	live      sync.WaitGroup // connections, each with all its goroutines
}

// New makes a Server. Its error says which field of cfg is wrong.
func New(cfg Config) (*Server, error) {
	if err := cfg.setDefaults(); err != nil {
		return nil, err
	}
	return &Server{cfg: cfg, listeners: make(map[net.Listener]bool), conns: make(map[*conn]bool)}, nil
}

// Serve takes connections from l until Shutdown, and then returns
// ErrServerClosed. It closes l. While the machine is short of descriptors or
// memory it tries again; any other error of l is returned.
func (s *Server) Serve(l net.Listener) error {
	defer l.Close()
	if !s.track(l) {
		return ErrServerClosed
	}
	defer s.untrack(l)
	wait := time.Duration(0)
	for {
		nc, err := l.Accept()
		if err == nil {
			wait = 0
			s.start(nc)
			continue
		}
		if s.isClosed() {
			return ErrServerClosed
		}
		if !temporary(err) {
			return fmt.Errorf("accept: %w", err)
		}
		wait = min(max(2*wait, 5*time.Millisecond), time.Second)
		s.cfg.Log.Warn("cannot accept connections, trying again", "in", wait, "err", err)
		time.Sleep(wait)
	}
}

// temporary reports whether an error of Accept may pass.
func temporary(err error) bool {
	var t interface{ Temporary() bool }
	return errors.As(err, &t) && t.Temporary()
}

func (s *Server) track(l net.Listener) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.closed {
		s.listeners[l] = true
	}
	return !s.closed
}

func (s *Server) untrack(l net.Listener) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.listeners, l)
}

func (s *Server) isClosed() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.closed
}

// start serves a connection, at first in a goroutine of its own.
func (s *Server) start(nc net.Conn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := newConn(s, nc, s.pollerLocked())
	if s.closed {
		c.close()
		return
	}
	s.conns[c] = true
	s.live.Add(1)
	go func() {
		if hello := c.serve(); hello != nil {
			s.gone(c)
			s.cfg.Peer(c.pc, hello)
		}
	}()
}

// pollerLocked is the next connection's poller: each has as many.
func (s *Server) pollerLocked() *proto.Poller {
	if len(s.cfg.Pollers) == 0 {
		return nil
	}
	s.turn++
	return s.cfg.Pollers[s.turn%len(s.cfg.Pollers)]
}

// gone forgets a connection that ended, or is another's.
func (s *Server) gone(c *conn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.conns, c)
	s.live.Done()
}

// clients is how many connections are served.
func (s *Server) clients() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.conns)
}

// Shutdown closes the listeners and all connections of clients, and waits until
// their goroutines ended, or for ctx, whose error it returns then. What is
// already agreed on stays so; connections handed to Config.Peer are not its.
func (s *Server) Shutdown(ctx context.Context) error {
	s.mu.Lock()
	s.closed = true
	for l := range s.listeners {
		l.Close()
	}
	for c := range s.conns {
		c.close()
	}
	s.mu.Unlock()
	ended := make(chan struct{})
	go func() {
		s.live.Wait()
		close(ended)
	}()
	select {
	case <-ended:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
