package peer

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"strings"

	"github.com/ha/doozer/store"
)

// Restore is what a new cluster begins with in place of an empty tree: the files of a
// cluster that died, all at one revision that is above any of that cluster's. So
// whoever remembers one of those is told: a compare-and-set with it fails, and a read
// or a watch of it is too late. doc/guarantees.md says it in full.
type Restore struct {
	// Rev is where the store begins, and the revision of every restored file: from 1
	// to 2^53-1 less twice Config.Alpha. It has to be above every revision that the
	// dead cluster gave out, those of writes that the files lack included: leave a
	// wide margin.
	Rev int64

	// FromID is what the dead cluster had in /ctl/id, and FromRev the last of its
	// revisions that the files show; 0 or more, and below Rev. Both are written to
	// /ctl/origin, if FromID is an id: a cluster need not have had one.
	FromID  string
	FromRev int64

	// Files yields the files, in any order; their Rev does not count. Those under /ctl
	// are left out, but for what tells of sessions: all of these have ended with the dead cluster, and the
	// new one deletes what they left. The first error ends it, and is then why the node could not begin.
	Files iter.Seq2[store.File, error]
}

// maxRev is the highest revision that JavaScript, as on the page, can tell from the next.
const maxRev = 1<<53 - 1

// check says what is wrong with cfg.Restore, but for the files.
func (r *Restore) check(cfg *Config) error {
	top := maxRev - 2*cfg.Alpha // to begin with takes little more than alpha
	switch {
	case r == nil:
		return nil
	case len(cfg.Attach) > 0:
		return errors.New("only a new cluster can be restored: a node that attaches to another takes that one's tree")
	case r.Files == nil:
		return errors.New("no files are given")
	case r.Rev < 1 || r.Rev > top:
		return fmt.Errorf("revision %d is not within 1 and %d", r.Rev, top)
	case r.FromRev < 0 || r.FromRev >= r.Rev:
		return fmt.Errorf("what was saved up to revision %d cannot begin at %d", r.FromRev, r.Rev)
	}
	return nil
}

// firstTree is the store that a new cluster begins with.
func firstTree(ctx context.Context, cfg *Config) (*store.Store, error) {
	limits := store.Config{History: cfg.History, HistoryBytes: cfg.HistoryBytes}
	r := cfg.Restore
	if r == nil {
		return store.New(limits)
	}
	st, count, err := r.tree(ctx, limits)
	if err != nil {
		return nil, fmt.Errorf("restore: %w", err)
	}
	cfg.Log.Info("restored", "files", count, "rev", r.Rev, "of", r.FromID, "at", r.FromRev)
	return st, nil
}

// tree makes a store of the files, and counts them.
func (r *Restore) tree(ctx context.Context, limits store.Config) (st *store.Store, count int, err error) {
	var failed error
	st, err = store.Restore(limits, r.Rev, r.Rev, func(yield func(store.File) bool) {
		for f, err := range r.users(ctx) {
			if failed = err; err != nil || !yield(f) {
				return
			}
			count++
		}
	})
	if failed != nil {
		return nil, 0, failed
	}
	return st, count, err
}

// users yields the files of those who use the cluster, until ctx ends.
func (r *Restore) users(ctx context.Context) iter.Seq2[store.File, error] {
	return func(yield func(store.File, error) bool) {
		ended := make(map[string]bool)
		for f, err := range r.Files {
			if err == nil {
				err = ctx.Err()
			}
			if err == nil && !survives(&f, ended) {
				continue
			}
			f.Rev = r.Rev
			if !yield(f, err) {
				return
			}
		}
	}
}

// survives reports whether f is restored. What is under /ctl tells of nodes that are no more,
// and of sessions that have ended.
func survives(f *store.File, ended map[string]bool) bool {
	if f.Path != ctlDir && !strings.HasPrefix(f.Path, ctlDir+"/") || strings.HasPrefix(f.Path, store.LinkDir+"/") {
		return true
	}
	name, lived := strings.CutPrefix(f.Path, store.SessDir+"/")
	if !lived {
		name, lived = strings.CutPrefix(f.Path, store.GoneDir+"/")
	}
	if !lived || ended[name] || strings.Contains(name, "/") {
		return false
	}
	ended[name] = true
	f.Path, f.Value = store.GoneDir+"/"+name, nil
	return true
}

// origin is the entry that tells where the tree came from, if that has a name.
func (r *Restore) origin() []store.File {
	if r == nil || !validID(r.FromID) {
		return nil
	}
	return []store.File{{Path: originPath, Value: fmt.Appendf(nil, "%s %d", r.FromID, r.FromRev)}}
}
