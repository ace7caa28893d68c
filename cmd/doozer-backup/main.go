// Doozer-backup keeps a Doozer cluster's data on disk, and gets it back.
package main

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
)

// verb is one thing that doozer-backup does; each has a file of its own.
type verb struct {
	name  string
	args  string // in the usage line, after the flags
	brief string
	help  string
	setup func(fs *flag.FlagSet) action
}

// action does what a verb does, once its flags are parsed, with the arguments that are left.
type action func(ctx context.Context, e *env, args []string) error

// env is what an action has of the world.
type env struct {
	in   io.Reader
	out  *bufio.Writer // flushed when the action has ended
	errs io.Writer     // for people: warnings, progress
	tty  bool          // errs is a terminal
	seen bool          // out is one
	bar  *progress     // the latest, or nil
}

// warn tells people something, on a line of its own, after all that was written to out. It belongs to the
// goroutine that writes to out.
func (e *env) warn(format string, args ...any) { e.tell("doozer-backup: "+format, args...) }

// tell is warn, of what is as it should be.
func (e *env) tell(format string, args ...any) {
	e.out.Flush() // its first error stays
	e.bar.clear()
	fmt.Fprintf(e.errs, format+"\n", args...)
}

// verbs are listed in the order of the help text.
func verbs() []verb {
	return []verb{
		runVerb(), statusVerb(), snapshotVerb(),
		restoreVerb(), importVerb(), exportVerb(),
		listVerb(), showVerb(), diffVerb(), logVerb(),
		verifyVerb(), helpVerb(),
	}
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	context.AfterFunc(ctx, stop) // a second signal ends it at once
	os.Exit(run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// run is the whole program: its exit status.
func run(ctx context.Context, args []string, in io.Reader, out, errs io.Writer) int {
	e := &env{in: in, out: bufio.NewWriter(out), errs: errs, tty: isTerminal(errs), seen: isTerminal(out)}
	err := e.perform(ctx, args)
	if flushed := e.out.Flush(); err == nil {
		err = flushed
	}
	return report(errs, err)
}

func (e *env) perform(ctx context.Context, args []string) error {
	if len(args) == 0 {
		return usageError("which verb? (doozer-backup help)")
	}
	if args[0] == "-h" || args[0] == "--help" {
		args[0] = "help"
	}
	v, err := find(args[0])
	if err != nil {
		return err
	}
	fs := v.flagSet()
	act := v.setup(fs)
	switch err := fs.Parse(args[1:]); {
	case errors.Is(err, flag.ErrHelp):
		return v.printHelp(e.out)
	case err != nil:
		return usageError(fmt.Sprintf("%s: %v (doozer-backup help %s)", v.name, err, v.name))
	}
	return act(ctx, e, fs.Args())
}

// flagSet is an empty one that says nothing by itself.
func (v *verb) flagSet() *flag.FlagSet {
	fs := flag.NewFlagSet(v.name, flag.ContinueOnError)
	fs.SetOutput(io.Discard)
	fs.Usage = func() {}
	return fs
}

func find(name string) (*verb, error) {
	for _, v := range verbs() {
		if v.name == name {
			return &v, nil
		}
	}
	return nil, usageError("there is no verb " + name + " (doozer-backup help)")
}

// noArgs refuses arguments where there are to be none.
func noArgs(args []string) error {
	if len(args) > 0 {
		return usageError(fmt.Sprintf("unexpected argument %q: flags come first, and the folder goes with -d", args[0]))
	}
	return nil
}
