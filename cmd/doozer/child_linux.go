package main

import "syscall"

// dieWithParent has the kernel kill a command when doozer is killed: it must not
// go on for long without what doozer holds for it.
func dieWithParent(attr *syscall.SysProcAttr) { attr.Pdeathsig = syscall.SIGKILL }
