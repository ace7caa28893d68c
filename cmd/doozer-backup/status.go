package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/dustin/go-humanize"

	"github.com/ha/doozer/journal"
)

// stale is the age from which on a status is not of a tool that runs.
const stale = 15 * time.Second

func statusVerb() verb {
	return verb{
		name: "status", brief: "tell how doozer-backup run is doing",
		help: `Tells up to which revision all is on disk, and how far that is behind the
cluster. Exit status 0 if the tool runs and nothing fails; else 65.

    $ doozer-backup status -d /var/lib/doozer-backup
`,
		setup: func(fs *flag.FlagSet) action {
			var src source
			var form format
			src.dirFlag(fs)
			form.jsonFlag(fs)
			return func(_ context.Context, e *env, args []string) error {
				if err := noArgs(args); err != nil {
					return err
				}
				if src.dir == "" {
					return usageError("which journal? (-d DIR)")
				}
				h, err := readHealth(src.dir)
				if err != nil {
					return err
				}
				return e.printHealth(h, form.json, time.Now())
			}
		},
	}
}

func readHealth(dir string) (*health, error) {
	path := filepath.Join(dir, statusName)
	b, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("%s: a status is %w: doozer-backup run has never run there", dir, journal.ErrMissing)
	}
	if err != nil {
		return nil, err
	}
	h := new(health)
	if err := json.Unmarshal(bytes.TrimSpace(b), h); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return h, nil
}

func (e *env) printHealth(h *health, asJSON bool, now time.Time) error {
	var trouble error
	switch age := now.Sub(h.Updated); {
	case h.PID == 0:
		trouble = fmt.Errorf("it does not run: it ended %s", humanize.Time(h.Updated))
	case age > stale:
		trouble = fmt.Errorf("it does not run: its last sign of life was %s", humanize.Time(h.Updated))
	case h.Error != "":
		trouble = errors.New("failing: " + h.Error)
	case h.Durable == 0:
		trouble = errors.New("nothing is durable yet: the first snapshot is under way")
	}
	if asJSON {
		if err := writeJSON(e.out, h); err != nil {
			return err
		}
	} else {
		fmt.Fprintf(e.out, "cluster    %s %s, by way of %s\n", h.Cluster, h.ID, h.Node)
		fmt.Fprintf(e.out, "durable    %d\n", h.Durable)
		fmt.Fprintf(e.out, "lag        %d revisions, %.1f s\n", h.LagRevs, h.LagSeconds)
		fmt.Fprintf(e.out, "snapshot   %d, of %s\n", h.Snapshot, h.SnapshotTime.Format(time.RFC3339))
		fmt.Fprintf(e.out, "gaps       %d since it was started\n", h.Gaps)
	}
	if trouble != nil {
		return fmt.Errorf("%w: %w", errUnwell, trouble)
	}
	return nil
}

// errUnwell is the end of status when the tool does not do what it should.
var errUnwell = errors.New("not well")
