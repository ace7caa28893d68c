package main

import (
	"context"
	"errors"
	"os/exec"
)

// tester stands for this process where a cut names two ends.
const tester = -1

// network is what the nodes live on: each has a place of its own, with an address that
// all others and this process reach. Its methods are for one goroutine, command excepted.
type network interface {
	// describe says what kind it is, for people.
	describe() string
	// host is the address of a place, without a port.
	host(place int) string
	// port is the port of the n-th node that lives at a place, from 0 on; "0": any free one.
	port(n int) string
	// command is a program that runs at a place once it is started.
	command(place int, name string, args ...string) *exec.Cmd
	// cuts reports whether connections can be cut here.
	cuts() bool
	// cut has all that from sends to to vanish; mend undoes one cut. A
	// cut done twice is to be undone twice.
	cut(from, to int) error
	mend(from, to int) error
	// plug takes a place off the network, or puts it back.
	plug(place int, in bool) error
	// close removes it. What still runs there has to be gone.
	close() error
}

// newNetwork makes the best network that this machine allows. The error says
// why it is not namespaces, where those were asked for; there is a network even so.
func newNetwork(ctx context.Context, places int, loopbackOnly bool) (network, error) {
	if loopbackOnly {
		return loopback{}, nil
	}
	b, err := newBridge(ctx, places)
	if err != nil {
		return loopback{}, err
	}
	return b, nil
}

var errNoCuts = errors.New("links cannot be cut on loopback")

// loopback is a network where nothing can be cut.
type loopback struct{}

func (loopback) describe() string     { return "loopback: no link can be cut" }
func (loopback) host(int) string      { return "127.0.0.1" }
func (loopback) port(int) string      { return "0" }
func (loopback) cuts() bool           { return false }
func (loopback) cut(int, int) error   { return errNoCuts }
func (loopback) mend(int, int) error  { return errNoCuts }
func (loopback) plug(int, bool) error { return errNoCuts }
func (loopback) close() error         { return nil }

func (loopback) command(_ int, name string, args ...string) *exec.Cmd {
	return exec.Command(name, args...)
}
