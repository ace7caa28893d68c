package main

import (
	"context"
	"flag"
	"os"
	"path/filepath"
	"time"

	"github.com/ha/doozer/journal"
	"github.com/ha/doozer/store"
)

func restoreVerb() verb {
	return verb{
		name:  "restore",
		brief: "make the snapshot that a new cluster begins with",
		help: `Writes the tree of the journal in DIR, as of the latest revision or another one,
to the file SNAP (- is standard output), without what the dead cluster kept
under /ctl. "doozerd -restore SNAP" begins a new cluster with it, at a revision
above all that the dead one can have given out. So every file gets a new
revision, and whoever holds an old one cannot overwrite what he has not seen.

    $ doozer-backup restore -d /var/lib/doozer -o prod.snap
    revision 49541 of 2026-10-01T12:00:00Z: 812 files, 9034 bytes
    next: doozerd -restore prod.snap
`,
		setup: func(fs *flag.FlagSet) action {
			var r restorer
			r.dirFlag(fs)
			r.momentFlags(fs)
			fs.StringVar(&r.path, "o", "", "write file `SNAP`")
			fs.StringVar(&r.from, "from", "", "the tree of the snapshot in `FILE`; the revisions are to be\nabove all in DIR")
			fs.BoolVar(&r.force, "force", false, "overwrite it if it is there")
			return func(ctx context.Context, e *env, args []string) error {
				if err := noArgs(args); err != nil {
					return err
				}
				return r.restore(ctx, e)
			}
		},
	}
}

type restorer struct {
	source
	path  string
	from  string
	force bool
}

func (r *restorer) restore(ctx context.Context, e *env) error {
	a, err := r.archive()
	if err != nil {
		return err
	}
	if err := r.checkPath(e); err != nil {
		return err
	}
	end, at, err := a.End()
	if err != nil {
		return err
	}
	t, err := r.chosen(ctx, e, a)
	if err != nil {
		return err
	}
	if t.Head.Last = max(t.Head.Last, end); t.Head.Last == end && !at.IsZero() {
		t.Head.LastTime = at.UnixNano()
	}
	g, err := parseGlob(all)
	if err != nil {
		return err
	}
	return r.write(ctx, e, t.Head, withoutCtl(e.counted("writing", int64(len(t.Files)), t.Match(g))), at)
}

// chosen is the tree that is wanted.
func (r *restorer) chosen(ctx context.Context, e *env, a *journal.Archive) (*journal.Tree, error) {
	if r.from == "" {
		return r.tree(ctx, e, a)
	}
	if r.rev != 0 || !r.at.IsZero() {
		return nil, usageError("-from does not go together with -rev and -time: a snapshot shows one revision")
	}
	return journal.LoadSnapshot(r.from)
}

// checkPath refuses a place where the snapshot must not go.
func (r *restorer) checkPath(e *env) error {
	if r.path != "" && r.path != "-" && same(filepath.Dir(r.path), r.dir) {
		return usageError(r.path + " would be taken for a part of the journal: write it to another folder")
	}
	return e.checkOutput(r.path, r.force)
}

// same reports whether two paths lead to the same place.
func same(a, b string) bool {
	i, err := os.Stat(a)
	if err != nil {
		return false
	}
	j, err := os.Stat(b)
	return err == nil && os.SameFile(i, j)
}

func (r *restorer) write(ctx context.Context, e *env, h *journal.Head, fs files, at time.Time) error {
	var n, size int64
	counted := func(yield func(store.File, error) bool) {
		for f, err := range until(ctx, fs) {
			n, size = n+1, size+int64(len(f.Value))
			if !yield(f, err) {
				return
			}
		}
	}
	if err := e.saveSnapshot(r.path, h, counted); err != nil {
		return err
	}
	e.tell("revision %d of %s: %s, %d bytes", h.Rev, showTime(heard(h.Time)), plural(int(n), "file"), size)
	if at.IsZero() {
		e.warn("when the cluster got to its last known revision, %d, is not known: the new one begins far above", h.Last)
	} else if h.Last > h.Rev {
		e.tell("the cluster got to revision %d, at %s", h.Last, showTime(at))
	}
	if r.path != "-" {
		e.tell("next: doozerd -restore %s", r.path)
	}
	return nil
}
