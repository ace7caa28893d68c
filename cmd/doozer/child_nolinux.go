//go:build unix && !linux

package main

import "syscall"

// dieWithParent does nothing: only Linux can do that.
func dieWithParent(*syscall.SysProcAttr) {}

// adopt does nothing: what loses its parent is seen to by init, which is well here.
func adopt(bool) {}

const seesStops = false

// stoppedBy does not know: to ask would take the command's end from who waits for it.
func stoppedBy(int) syscall.Signal { return 0 }
