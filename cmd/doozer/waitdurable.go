package main

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/ha/doozer/client"
)

// durableFiles are where backups report up to which revision all is on disk.
const durableFiles = "/ctl/backup/*"

func waitDurableVerb() verb {
	return verb{
		name: "wait-durable", args: "<rev> [glob]", min: 1, max: 2, formats: "json",
		brief: "wait until a change is on disk",
		help: `Waits until a backup has revision <rev>, and all before it, on disk: until
one of the files that match the glob (else ` + durableFiles + `), to which
"doozer-backup run -report" writes the revision that is durable, has that or a
higher one. Prints the file and what it says. If there is no such file at all
it ends with status 22; a backup that has died it waits for, so -t may be of
use. In a cluster that was restored, a revision of the dead one is durable if it
was saved; a later one was lost, and that is status 4.

    $ doozer wait-durable $(echo v | doozer set /precious -1)
    /ctl/backup/a 16392
`,
		run: waitDurable,
	}
}

func waitDurable(ctx context.Context, s *session, args []string) error {
	want, err := parseRev(args[0])
	if err != nil {
		return err
	}
	glob := durableFiles
	if len(args) > 1 {
		glob = args[1]
	}
	now, err := s.client.Rev(ctx)
	if err != nil {
		return err
	}
	if now == 0 {
		return errNoBackup(glob)
	}
	if err := checkLost(ctx, s.client, now, *want); err != nil {
		return err
	}
	path, rev, err := durableAt(ctx, s.client, glob, now, *want)
	if err == nil && path == "" {
		path, rev, err = durableAfter(ctx, s.client, glob, now, *want)
	}
	if err != nil {
		return err
	}
	if s.format == inJSON {
		return s.printJSON(entry{Path: path, Rev: &rev})
	}
	_, err = fmt.Fprintln(s.out, path, rev)
	return err
}

// durableAt looks for a backup that has revision want as of revision at.
func durableAt(ctx context.Context, c *client.Client, glob string, at, want int64) (path string, rev int64, err error) {
	found := false
	for f, err := range c.Walk(ctx, glob, client.At(at)) {
		if err != nil {
			return "", 0, err
		}
		found = true
		if rev, ok := durable(f.Value, want); ok {
			return f.Path, rev, nil
		}
	}
	if !found {
		err = errNoBackup(glob)
	}
	return "", 0, err
}

func errNoBackup(glob string) error {
	return fmt.Errorf("no backup reports to %s (doozer-backup help run): %w", glob, client.ErrNoEnt)
}

// durableAfter waits for one that comes to have it after that.
func durableAfter(ctx context.Context, c *client.Client, glob string, at, want int64) (path string, rev int64, err error) {
	w, err := c.Watch(ctx, glob, at+1)
	if err != nil {
		return "", 0, err
	}
	defer w.Close()
	for {
		ev, err := w.Next()
		if err != nil {
			return "", 0, err
		}
		if rev, ok := durable(ev.Value, want); ok {
			return ev.Path, rev, nil
		}
	}
}

// durable reads what a backup reports, and whether that is enough. What is no revision is none.
func durable(value []byte, want int64) (rev int64, ok bool) {
	rev, err := strconv.ParseInt(strings.TrimSpace(string(value)), 10, 64)
	return rev, err == nil && rev >= want
}
