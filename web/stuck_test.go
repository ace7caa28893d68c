package web

import (
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bmizerany/assert"
	"github.com/ha/doozer/store"
)

// pipes is a listener of connections without buffers: a write waits for a read.
type pipes struct {
	conns  chan net.Conn
	closed chan struct{}
}

func (l pipes) Accept() (net.Conn, error) {
	select {
	case c := <-l.conns:
		return c, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

func (l pipes) Close() error {
	close(l.closed)
	return nil
}

func (l pipes) Addr() net.Addr {
	return &net.UnixAddr{Name: "pipe", Net: "unix"}
}

// stuck serves a browser that asks for the stream, reads its hello, and then
// reads no more. It runs in a bubble of synctest.
func stuck(t *testing.T) (s *Server, browser net.Conn, served chan error) {
	t.Helper()
	w := newWriter(t, store.Config{})
	w.set("/a", "1")
	s, err := New(Config{Store: w.Store})
	assert.Equal(t, nil, err)
	l := pipes{make(chan net.Conn), make(chan struct{})}
	served = make(chan error, 1)
	go func() { served <- s.Serve(l) }()
	browser, conn := net.Pipe()
	l.conns <- conn
	_, err = io.WriteString(browser, "GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n")
	assert.Equal(t, nil, err)
	var got strings.Builder
	buf := make([]byte, 4096)
	for !strings.Contains(got.String(), "event: hello") {
		n, err := browser.Read(buf)
		assert.Equal(t, nil, err)
		got.Write(buf[:n])
	}
	synctest.Wait()
	assert.Equal(t, 1, len(s.slots))
	return s, browser, served
}

func TestShutdownEndsStuckStream(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, browser, served := stuck(t)
		began := time.Now()
		assert.Equal(t, nil, s.Shutdown(t.Context()))
		assert.T(t, time.Since(began) < 3*time.Second, time.Since(began))
		assert.Equal(t, 0, len(s.slots))
		assert.Equal(t, http.ErrServerClosed, <-served)
		browser.Close()
	})
}

func TestStuckStreamIsGivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, browser, served := stuck(t)
		time.Sleep(sendTimeout - time.Second)
		synctest.Wait()
		assert.Equal(t, 1, len(s.slots))
		time.Sleep(2 * time.Second)
		synctest.Wait()
		assert.Equal(t, 0, len(s.slots))
		_, err := io.Copy(io.Discard, browser)
		assert.Equal(t, nil, err) // the connection is closed
		assert.Equal(t, nil, s.Shutdown(t.Context()))
		assert.Equal(t, http.ErrServerClosed, <-served)
	})
}
