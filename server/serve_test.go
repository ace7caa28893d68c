package server

import (
	"context"
	"errors"
	"net"
	"strings"
	"syscall"
	"testing"

	"github.com/bmizerany/assert"
)

// badListener fails in the ways it is told.
type badListener struct {
	net.Listener
	fails []error
}

func (l *badListener) Accept() (net.Conn, error) {
	err := l.fails[0]
	l.fails = l.fails[1:]
	return nil, &net.OpError{Op: "accept", Err: err}
}

func TestServeTriesAgainUntilAnErrorLasts(t *testing.T) {
	h := start(t, nil)
	inner, err := net.Listen("tcp", "127.0.0.1:0")
	assert.Equal(t, nil, err)
	lasting := errors.New("broken")
	err = h.srv.Serve(&badListener{inner, []error{syscall.EMFILE, syscall.ENFILE, lasting}})
	assert.T(t, errors.Is(err, lasting), err)
	assert.Equal(t, 2, len(h.log.all()))
	assert.T(t, strings.Contains(h.log.all()[0], "too many open files"), h.log.all()[0])
	_, err = net.Dial("tcp", inner.Addr().String())
	assert.T(t, err != nil, "it is closed")
}

// TestShutdownIsBoundByItsContext: a connection whose end takes its time does
// not keep Shutdown.
func TestShutdownIsBoundByItsContext(t *testing.T) {
	h := start(t, nil)
	dial(t, h).expectQuiet()
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	h.srv.live.Add(1) // it does not end
	assert.Equal(t, context.Canceled, h.srv.Shutdown(ctx))
	h.srv.live.Done()
}
