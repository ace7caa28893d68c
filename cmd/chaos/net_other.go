//go:build !linux

package main

import (
	"context"
	"errors"
	"syscall"
)

// newBridge needs Linux.
func newBridge(context.Context, int) (network, error) {
	return nil, errors.New("this is not Linux")
}

// apart keeps a terminal's Ctrl-C from a process.
func apart() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }
