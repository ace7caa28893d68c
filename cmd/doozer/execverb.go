package main

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/spf13/pflag"

	"github.com/ha/doozer/client"
)

func execVerb() verb {
	return verb{
		name: "exec", args: "<dir> <command...>", min: 1, max: 1, runs: true, tidies: true, connects: true, patient: true,
		brief: "run a command with files as environment",
		help: `Runs a command that has the files below the directory in its environment: the
file <dir>/db/host as DB_HOST, and likewise with . and - as with /; a line
feed at the end of a value is cut off. When any of them changes, the command
is asked to end (SIGTERM), killed after -grace, and run anew. When it ends by
itself doozer does too, with its exit status. While the cluster is out of
reach, which is told, the command goes on. It also does if the files make no
environment, because a value has a zero byte, two have the same name, or there
are none: that is told on standard error. At the beginning it is an error, for
the directory may be the wrong one; with -empty none are as good as any. For a
cluster, and a quorum, it waits at the beginning, but for -once.

PATH, LD_*, DYLD_* and DOOZER_* would change what is run, and for whom: a file
of such a name is left out, which is told. Others may steer the command, too:
let only those write there who may.

    $ doozer exec /config sh -c 'echo $DB_HOST; sleep 1000'
    localhost
    10.0.0.7
`,
		setup: func(fs *pflag.FlagSet) action {
			once := fs.Bool("once", false, "do not run it anew")
			empty := fs.Bool("empty", false, "run it without any files, too")
			grace := graceFlag(fs)
			return func(ctx context.Context, s *session, args []string) error {
				s.grace = *grace
				if err := checkPath(args[0], true); err != nil {
					return err
				}
				x := &execution{s: s, dir: args[0], once: *once, empty: *empty}
				return x.run(ctx)
			}
		},
		complete: commandFiles(1),
	}
}

// execution is a command that runs with files as its environment.
type execution struct {
	s     *session
	dir   string
	once  bool
	empty bool // it runs without files, too
	live  *live
	env   environment // that it has, or is to have next
}

func (x *execution) run(ctx context.Context) error {
	x.live = &live{glob: inside(x.dir) + "**"}
	if x.dir == "/" {
		x.live.glob = ""
	}
	if err := x.live.follow(ctx, x.s, !x.once); err != nil {
		return err
	}
	defer x.live.close()
	if err := x.checkDir(ctx); err != nil {
		return err
	}
	env, err := x.environ()
	if err != nil {
		return err
	}
	x.take(env)
	for again := true; again && err == nil; {
		if x.once {
			return x.command(ctx)
		}
		again, err = x.untilChange(ctx)
	}
	if x.s.life.Err() != nil && errors.Is(err, context.Canceled) {
		return errInterrupted
	}
	return err
}

// environ is the environment that the files make. None make none, unless that was asked
// for: it may be the wrong directory.
func (x *execution) environ() (environment, error) {
	if len(x.live.files) == 0 && !x.empty {
		return environment{}, fmt.Errorf("there are no files below %s (-empty runs the command without): %w", x.dir, client.ErrNoEnt)
	}
	return x.live.environ(x.dir)
}

// checkDir is an error if a file is in the place of the directory.
func (x *execution) checkDir(ctx context.Context) error {
	if len(x.live.files) > 0 {
		return nil
	}
	_, rev, err := x.s.client.Stat(ctx, x.dir)
	switch {
	case err != nil:
		return err
	case rev > 0:
		return fmt.Errorf("%s: %w", x.dir, client.ErrNotDir)
	case x.empty:
		fmt.Fprintf(x.s.errs, "doozer: there are no files below %s yet\n", x.dir)
	}
	return nil
}

// take takes over an environment, and tells what is left out of it, if it was not before.
func (x *execution) take(env environment) {
	for _, path := range env.left {
		if !slices.Contains(x.env.left, path) {
			fmt.Fprintf(x.s.errs, "doozer: %s is left out: it may not set such a variable (doozer help exec)\n", path)
		}
	}
	x.env = env
}

func (x *execution) command(ctx context.Context) error {
	return x.s.runGiven(ctx, x.env.vars)
}

// untilChange runs the command until it ends, or until it is to have another
// environment.
func (x *execution) untilChange(ctx context.Context) (again bool, err error) {
	run, stop := context.WithCancel(ctx)
	defer stop()
	var next environment
	changed := make(chan error, 1)
	go func() {
		var err error
		next, err = x.differs(ctx)
		if !errors.Is(err, client.ErrClosed) {
			stop()
		}
		changed <- err
	}()
	err = x.command(run)
	if run.Err() == nil || ctx.Err() != nil {
		x.live.close() // it ended by itself, or with doozer
		<-changed
		return false, err
	}
	if err = <-changed; err != nil {
		return false, err
	}
	x.take(next)
	return true, nil
}

// differs waits until the files make another environment, and returns it. What makes
// none is told, and is to be put right while the command goes on.
func (x *execution) differs(ctx context.Context) (environment, error) {
	for {
		if err := x.live.next(ctx); err != nil {
			return environment{}, err
		}
		next, err := x.environ()
		switch {
		case err != nil:
			fmt.Fprintf(x.s.errs, "doozer: the command keeps its environment: %s\n", oneLine(err))
		case !slices.Equal(next.vars, x.env.vars):
			return next, nil
		}
	}
}
