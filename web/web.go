package web

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/ha/doozer/proto/access"
	"github.com/ha/doozer/store"
)

// DefaultMaxStreams is how many streams are served at once unless Config says otherwise.
const DefaultMaxStreams = 256

// Limits on one request. A stream lifts the first two for itself, and sets a
// deadline of its own for each write.
const (
	readTimeout    = 10 * time.Second
	writeTimeout   = 30 * time.Second
	idleTimeout    = time.Minute
	maxHeaderBytes = 16 << 10
)

// Config says what a Server shows.
type Config struct {
	Store *store.Store // the node's store; required
	Name  string       // the cluster's name, for the page's bar
	ID    string       // the node's id, likewise
	Log   *slog.Logger // nil: nothing is logged

	// Hosts are names, without a port, by which the page may be asked for,
	// beyond IP addresses, localhost and this machine's host name.
	Hosts []string

	// Secrets says who may read, and so see the page; nil: everybody.
	Secrets *access.Secrets

	// MaxStreams bounds the streams at any moment; one more is answered 503.
	// 0: DefaultMaxStreams.
	MaxStreams int
}

// Server serves the page. Its methods may be called from any goroutine.
type Server struct {
	cfg     Config
	all     store.Glob    // every file
	epoch   string        // tells this server's event ids from another's
	slots   chan struct{} // one element a stream
	handler http.Handler
	http    *http.Server

	ctx context.Context // ends with Shutdown, and every stream with it
}

// New makes a Server. It fails if cfg has no store or a negative limit.
func New(cfg Config) (*Server, error) {
	if cfg.Store == nil {
		return nil, errors.New("web: config without a store")
	}
	if cfg.MaxStreams < 0 {
		return nil, errors.New("web: MaxStreams is negative")
	}
	if cfg.MaxStreams == 0 {
		cfg.MaxStreams = DefaultMaxStreams
	}
	if cfg.Secrets == nil {
		cfg.Secrets = access.Open()
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	all, err := store.CompileGlob("/**")
	if err != nil {
		return nil, err
	}
	static, err := loadAssets()
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(context.Background())
	s := &Server{
		cfg:   cfg,
		all:   all,
		epoch: rand.Text()[:8],
		slots: make(chan struct{}, cfg.MaxStreams),
		ctx:   ctx,
	}
	s.handler = guard(allowedHosts(cfg.Hosts), admit(cfg.Secrets, s.routes(static)))
	s.http = &http.Server{
		Handler:        s.handler,
		ReadTimeout:    readTimeout,
		WriteTimeout:   writeTimeout,
		IdleTimeout:    idleTimeout,
		MaxHeaderBytes: maxHeaderBytes,
		ErrorLog:       slog.NewLogLogger(cfg.Log.Handler(), slog.LevelDebug),
	}
	s.http.RegisterOnShutdown(cancel)
	return s, nil
}

func (s *Server) routes(static assets) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /{$}", static.file("index.html"))
	for name := range static {
		mux.Handle("GET /static/"+name, static.file(name))
	}
	mux.HandleFunc("GET /events", s.serveEvents)
	mux.HandleFunc("GET /value", s.serveValue)
	return mux
}

// ServeHTTP answers one request, for use inside another server. That server's
// read and write timeouts are lifted for streams.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.handler.ServeHTTP(w, r)
}

// Serve accepts connections on l until Shutdown, and then returns
// http.ErrServerClosed; any other error is why it could not go on. It closes l.
func (s *Server) Serve(l net.Listener) error {
	return s.http.Serve(l)
}

// Shutdown stops accepting, ends all streams, and waits for the requests that are
// being answered. When ctx ends first, it closes their connections and returns ctx's error.
func (s *Server) Shutdown(ctx context.Context) error {
	err := s.http.Shutdown(ctx)
	if err != nil {
		s.http.Close()
	}
	return err
}
