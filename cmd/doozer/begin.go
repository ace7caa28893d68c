package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/ha/doozer/client"
)

const (
	quorumTold  = time.Second     // until somebody who waits is told that there is no quorum
	quorumLimit = 6 * time.Second // until who does not wait gives up: about as long as a read takes
)

// begin has start done, a write that is tried until there is a quorum, and tells when
// there is none: on standard error if it waits for one, and by its error.
func (s *session) begin(ctx context.Context, wait bool, start func(context.Context) error) error {
	trying, stop := context.WithCancel(ctx)
	defer stop()
	lacked := make(chan bool, 1)
	go func() {
		lacked <- s.lacksQuorum(trying, wait)
		if !wait {
			stop()
		}
	}()
	err := start(trying)
	stop()
	none := <-lacked
	switch {
	case err == nil:
		return nil
	case s.life.Err() != nil:
		return errInterrupted
	case none && errors.Is(ctx.Err(), context.DeadlineExceeded):
		return lateError{client.ErrNoQuorum}
	case none && !wait:
		return client.ErrNoQuorum
	}
	return err
}

// lacksQuorum looks again and again whether there is a quorum, until ctx ends or there is
// none: it tells that, or takes its time to be sure if nobody is to wait.
func (s *session) lacksQuorum(ctx context.Context, wait bool) bool {
	for s.hasQuorum(ctx) {
	}
	switch {
	case ctx.Err() != nil:
		return false
	case wait:
		fmt.Fprintln(s.errs, "doozer: no quorum yet; waiting")
	default:
		sleep(ctx, quorumLimit-quorumTold)
	}
	return true
}

// hasQuorum reports whether a read is answered, after a while in which there is no
// reason to ask.
func (s *session) hasQuorum(ctx context.Context) bool {
	sleep(ctx, quorumTold/2)
	ctx, cancel := context.WithTimeout(ctx, quorumTold/2)
	defer cancel()
	_, err := s.client.Rev(ctx)
	return err == nil
}
