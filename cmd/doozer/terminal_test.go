package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"time"
)

// lateLoan is a program that runs a command as doozer does, but is late: it lends it the
// terminal when it has stopped already. (Linux only.)
//
//	lateloan <now|asked> <command...>
func lateLoan() {
	runtime.LockOSThread() // the command dies with it
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, os.Args[2], os.Args[3:]...)
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	apart(cmd)
	if err := cmd.Start(); err != nil {
		panic(err)
	}
	for !isStopped(cmd.Process.Pid) {
		time.Sleep(time.Millisecond)
	}
	takeBack := lend(cmd.Process.Pid, os.Args[1] == "now", nil)
	_ = cmd.Wait() // its status tells
	takeBack(cmd.ProcessState)
	os.Exit(endStatus(cmd.ProcessState))
}

// isStopped takes nothing from who is to find that out.
func isStopped(pid int) bool {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	return err == nil && strings.Contains(string(stat), ") T ")
}
