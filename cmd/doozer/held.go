package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/ha/doozer/client"
)

// held is what a command runs with, and what ends it.
type held struct {
	s       *session
	session *client.Session // of hold
	life    context.Context // ends by a signal, and when something is lost
	end     context.CancelCauseFunc
	env     []string
}

func (s *session) newHeld() *held {
	h := &held{s: s}
	h.life, h.end = context.WithCancelCause(s.life)
	return h
}

// closing is how long it may take to tell the cluster that something is held no
// more; after that it expires.
const closing = 2 * time.Second

// hold makes a session for use, and ends it after that. ctx is for all that comes
// before the command runs; without wait it waits neither for a node nor for a quorum.
func (s *session) hold(ctx context.Context, wait bool, use func(ctx context.Context, h *held) error) error {
	if err := s.connect(ctx, wait); err != nil {
		return err
	}
	var sess *client.Session
	err := s.begin(ctx, wait, func(ctx context.Context) (err error) {
		sess, err = s.client.NewSession(ctx)
		return err
	})
	if err != nil {
		return err
	}
	h := s.newHeld()
	defer h.end(nil)
	h.session, h.env = sess, []string{"DOOZER_SESSION=" + sess.Name()}
	stop := h.until(sess.Done(), sess.Err)
	err = use(ctx, h)
	stop()
	return h.over(err, sess.Close)
}

// until ends the command when done is closed; what it returns ends that.
func (h *held) until(done <-chan struct{}, why func() error) (stop func()) {
	h.s.held = why
	left, gone := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(gone)
		select {
		case <-done:
			h.end(lostHold{why()})
		case <-left:
		}
	}()
	return func() {
		close(left)
		<-gone // what is given up after that is not lost
	}
}

// lostHold is why something is held no more.
type lostHold struct{ error }

// run runs the command while all is held.
func (h *held) run() error {
	if h.life.Err() != nil {
		return h.life.Err()
	}
	return h.s.runGiven(h.life, h.env)
}

// over gives up what was held, and says how all ended: err is how the command did.
func (h *held) over(err error, giveUp func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(h.life), closing)
	defer cancel()
	lost := context.Cause(h.life)
	if closeErr := giveUp(ctx); closeErr != nil && !errors.As(lost, new(lostHold)) {
		fmt.Fprintf(h.s.errs, "doozer: what was held goes when its time is up: %s\n", oneLine(closeErr))
	}
	switch {
	case errors.As(lost, new(lostHold)):
		return exitError{exitLost, lost}
	case h.s.life.Err() != nil && errors.Is(err, context.Canceled):
		return errInterrupted
	}
	return err
}
