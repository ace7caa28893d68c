package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"github.com/ha/doozer/client"
)

func execVerb() verb {
	return verb{
		name: "exec", args: "<dir> <command...>", min: 1, max: 1, runs: true, tidies: true, patient: true,
		brief: "run a command with files as environment",
		help: `Runs a command that has the files below the directory in its environment: the
file <dir>/db/host as DB_HOST, and likewise with . and - as with /; a line
feed at the end of a value is cut off. When any of them changes, the command
is asked to end (SIGTERM), killed after -grace, and run anew. When it ends by
itself doozer does too, with its exit status. While the cluster is out of
reach the command goes on.

    $ doozer exec /config sh -c 'echo $DB_HOST; sleep 1000'
    localhost
    10.0.0.7
`,
		setup: func(fs *pflag.FlagSet) action {
			once := fs.Bool("once", false, "do not run it anew")
			grace := graceFlag(fs)
			return func(ctx context.Context, s *session, args []string) error {
				s.grace = *grace
				return s.execAll(ctx, args[0], *once)
			}
		},
		complete: commandFiles(1),
	}
}

func (s *session) execAll(ctx context.Context, dir string, once bool) error {
	if err := checkPath(dir, true); err != nil {
		return err
	}
	l := &live{c: s.client, glob: inside(dir) + "**"}
	if dir == "/" {
		l.glob = ""
	}
	if err := l.load(ctx); err != nil {
		return err
	}
	defer l.close()
	env, err := l.environ(dir)
	for again := true; again && err == nil; {
		if once {
			return s.runCommand(ctx, s.command, env, s.in)
		}
		again, env, err = s.execUntil(ctx, l, dir, env)
	}
	if s.life.Err() != nil && errors.Is(err, context.Canceled) {
		return errInterrupted
	}
	return err
}

// execUntil runs the command until it ends, or until it is to have another
// environment, which it returns.
func (s *session) execUntil(ctx context.Context, l *live, dir string, env []string) (again bool, next []string, err error) {
	run, stop := context.WithCancel(ctx)
	defer stop()
	changed := make(chan error, 1)
	go func() {
		var err error
		next, err = l.differs(ctx, dir, env)
		if !errors.Is(err, client.ErrClosed) {
			stop()
		}
		changed <- err
	}()
	err = s.runCommand(run, s.command, env, s.in)
	if run.Err() == nil || ctx.Err() != nil {
		l.close() // it ended by itself, or with doozer
		<-changed
		return false, nil, err
	}
	if err = <-changed; err != nil {
		return false, nil, err
	}
	return true, next, nil
}

// differs waits until the environment differs from env, and returns it.
func (l *live) differs(ctx context.Context, dir string, env []string) ([]string, error) {
	for {
		if err := l.next(ctx); err != nil {
			return nil, err
		}
		next, err := l.environ(dir)
		if err != nil || !slices.Equal(next, env) {
			return next, err
		}
	}
}

// environ is the files below a directory as environment variables, in order.
func (l *live) environ(dir string) (env []string, err error) {
	from := map[string]string{}
	for _, path := range slices.Sorted(maps.Keys(l.files)) {
		name := strings.ToUpper(strings.NewReplacer("/", "_", ".", "_", "-", "_").Replace(path[len(inside(dir)):]))
		value := strings.TrimSuffix(string(l.files[path].Value), "\n")
		switch {
		case from[name] != "":
			return nil, dataError(fmt.Sprintf("%s and %s would both be %s", from[name], path, name))
		case strings.Contains(value, "\x00"):
			return nil, dataError(path + " has a zero byte, which no environment can have")
		}
		from[name] = path
		env = append(env, name+"="+value)
	}
	return env, nil
}
