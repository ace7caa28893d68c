package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/pflag"

	"github.com/ha/doozer/client"
)

func lockVerb() verb {
	return verb{
		name: "lock", args: "<path> <command...>", min: 1, max: 1, runs: true, tidies: true, connects: true,
		brief: "run a command while holding a lock",
		help: `Waits for the lock, a directory of its own in which those who want it stand in
line, and runs the command while holding it. In the environment of the command
DOOZER_LOCK_TOKEN is the fencing token, which is higher than that of all who
held the lock before: have what the lock protects refuse a lower one than it
has seen. DOOZER_LOCK_FILE is the file by which the lock is held, with the
token as its revision, so that a write can be made to depend on it:

    $ doozer lock /locks/db sh -c 'doozer txn \
        "check $DOOZER_LOCK_FILE $DOOZER_LOCK_TOKEN" "set /db/state -1 up"'
    17

If the lock is lost, with its session or because somebody deleted its file,
the command is asked to end (SIGTERM), killed after -grace, and the exit
status is 75. Else it is that of the command. -t limits how long to wait for
the lock, with -n not at all: then 76 says that somebody else has it, and 127
after some seconds that there is no quorum.

What the command has started is asked to end with it, and killed after -grace;
what it leaves when it ends by itself goes on, without the lock. If doozer is
killed (SIGKILL), on Linux the command is killed, too, but not what it has
started; elsewhere it goes on. On a terminal the command is in the foreground,
and Ctrl-C goes to it; after Ctrl-Z both stop, and the command goes on only if
the lock is held still (on Linux; elsewhere Ctrl-Z stops the command alone). So
a pager that doozer's output goes to cannot read from there meanwhile. While
doozer alone is stopped (SIGSTOP) the command goes on, without the lock after a
while: that is what the token is for.

The files in the directory are those who wait, the oldest first: that holds
the lock. "doozer walk '<path>/*'" shows them, with their sessions' names.
`,
		setup: func(fs *pflag.FlagSet) action {
			try := fs.BoolP("n", "n", false, "do not wait")
			grace := graceFlag(fs)
			return func(ctx context.Context, s *session, args []string) error {
				s.grace = *grace
				if err := checkPath(args[0], false); err != nil {
					return err
				}
				return s.hold(ctx, !*try, func(ctx context.Context, h *held) error {
					take := h.session.Lock
					if *try {
						take = h.session.TryLock
					}
					l, err := take(ctx, args[0])
					if errors.Is(err, client.ErrLocked) {
						return exitError{exitLocked, err}
					}
					if err != nil {
						return err
					}
					return h.runLocked(l)
				})
			}
		},
		complete: commandFiles(1),
	}
}

// runLocked runs the command while a lock is held, and gives that up.
func (h *held) runLocked(l *client.Lock) error {
	h.env = append(h.env, fmt.Sprint("DOOZER_LOCK_TOKEN=", l.Token()), "DOOZER_LOCK_FILE="+l.Path())
	stop := h.until(l.Done(), l.Err)
	err := h.run()
	stop()
	if l.Err() != nil {
		return err // it is lost: there is nothing to give up
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(h.life), closing)
	defer cancel()
	_ = l.Unlock(ctx) // else it goes with the session, which tells
	return err
}
