package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/ha/doozer/journal"
)

// stale is the age from which on a status is not of a tool that is well: it writes one each second, or five while
// the cluster does not answer.
const stale = 15 * time.Second

func statusVerb() verb {
	return verb{
		name: "status", brief: "tell how doozer-backup run is doing",
		help: `Tells up to which revision all is on disk, and how far that is behind the
cluster. Exit status 0 if the tool runs, nothing fails, and it is not behind for
longer than -max-lag; else 65.

    $ doozer-backup status -d /var/lib/doozer
`,
		setup: func(fs *flag.FlagSet) action {
			var src source
			var form format
			src.dirFlag(fs)
			form.jsonFlag(fs)
			maxLag := fs.Duration("max-lag", time.Minute, "to be behind for longer than that `time` is not well")
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
				if err := e.printHealth(h, form.json); err != nil {
					return err
				}
				if trouble := h.trouble(journal.Locked(src.dir), *maxLag, time.Now()); trouble != nil {
					return fmt.Errorf("%w: %w", errUnwell, trouble)
				}
				return nil
			}
		},
	}
}

func readHealth(dir string) (*health, error) {
	if _, err := os.Stat(dir); errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("%w: %w", errNoFolder, err)
	}
	path := filepath.Join(dir, statusName)
	b, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("%s: a status is %w: doozer-backup run has never run there", dir, journal.ErrMissing)
	}
	if err != nil {
		return nil, err
	}
	h := new(health)
	if err := json.Unmarshal(b, h); err != nil { // a part of it, or nothing
		return nil, fmt.Errorf("%w: %s is not written yet: is the disk full?", errUnwell, path)
	}
	return h, nil
}

// trouble is what is not as it should be; nil: all is well. held is whether the folder is locked.
func (h *health) trouble(held bool, maxLag time.Duration, now time.Time) error {
	age := now.Sub(h.Updated)
	switch {
	case h.PID == 0:
		return fmt.Errorf("it does not run: it ended at %s", showTime(h.Updated))
	case !held:
		return fmt.Errorf("it does not run: its last sign of life was at %s", showTime(h.Updated))
	case age > stale:
		return fmt.Errorf("it hangs: its last sign of life was at %s", showTime(h.Updated))
	case len(h.Errors) > 0:
		return errors.New("failing: " + h.told())
	case h.Durable == 0:
		return errors.New("nothing is durable yet: the first snapshot is under way")
	case h.LagSeconds > maxLag.Seconds():
		return fmt.Errorf("it has been behind for %.0f s", h.LagSeconds)
	}
	return nil
}

func (e *env) printHealth(h *health, asJSON bool) error {
	if asJSON {
		return writeJSON(e.out, h)
	}
	who := cmp.Or(strings.TrimSpace(h.Cluster+" "+h.ID), "not known yet")
	if h.Node != "" {
		who += ", by way of " + h.Node
	}
	fmt.Fprintf(e.out, "cluster    %s\n", who)
	fmt.Fprintf(e.out, "durable    %d, as of %s\n", h.Durable, showTime(h.Updated))
	fmt.Fprintf(e.out, "lag        %d revisions, %.1f s\n", h.LagRevs, h.LagSeconds)
	fmt.Fprintf(e.out, "snapshot   %d, of %s\n", h.Snapshot, showTime(h.SnapshotTime))
	_, err := fmt.Fprintf(e.out, "gaps       %d, %d of them since it was started\n", h.JournalGaps, h.Gaps)
	return err
}

// errUnwell is the end of status when the tool does not do what it should.
var errUnwell = errors.New("not well")
