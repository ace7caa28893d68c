package journal

import (
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// SnapshotPath is where the snapshot of a revision lies in a folder.
func SnapshotPath(dir string, rev int64) string {
	return filepath.Join(dir, fmt.Sprintf(snapshotName, rev))
}

// recover finds where to go on: after the last change up to which, from a snapshot that is whole, nothing is
// missing. Nothing is cut off or repaired. What is beyond stays, and is read, too.
func (j *Journal) recover() error {
	if err := removeTemps(j.dir); err != nil {
		return err
	}
	a, err := Read(j.dir)
	if errors.Is(err, ErrNotJournal) {
		return nil
	}
	if err != nil {
		return err
	}
	if err := j.harden(a); err != nil {
		return err
	}
	if j.top, err = a.top(); err != nil {
		return err
	}
	j.floor.rev = a.floor
	base, err := j.findBase(a)
	if err != nil || base == nil {
		return err
	}
	if err := j.findEnd(a, base); err != nil {
		return err
	}
	if j.last < j.floor.rev {
		j.cfg.Log.Error("the journal lacks what was durable; the cluster may still have it", "durable", j.floor.rev, "found", j.last)
	}
	return nil
}

// harden makes durable what can be read: a tool that was killed may have left it in the kernel's memory alone.
func (j *Journal) harden(a *Archive) (err error) {
	for i := range a.Segments {
		s := &a.Segments[i]
		j.next = max(j.next, s.Seq+1)
		err = errors.Join(err, j.cfg.sync(s.Path))
	}
	return errors.Join(err, syncDir(j.dir))
}

// top is the highest revision of which there is more than a name.
func (a *Archive) top() (int64, error) {
	e, err := a.last()
	if err != nil {
		return 0, err
	}
	for _, s := range a.Segments {
		if h, err := s.Head(); err == nil && h.Rev == s.After {
			e.raise(h.Rev, 0)
		}
	}
	for _, s := range a.Snapshots {
		if h, err := s.Head(); err == nil && h.Rev == s.Rev {
			e.raise(h.Rev, 0)
		}
	}
	return e.rev, nil
}

// findBase is the newest snapshot that is whole, and tells of which cluster the journal is; nil: there is none,
// and the journal has to begin anew.
func (j *Journal) findBase(a *Archive) (*Snapshot, error) {
	for i := range slices.Backward(a.Snapshots) {
		snap := &a.Snapshots[i]
		err := snap.check(nil)
		if err == nil {
			h, err := snap.Head()
			if err != nil {
				return nil, err
			}
			j.head = Head{Version: formatVersion, Cluster: h.Cluster, Id: h.Id}
			return snap, nil
		}
		if !ofContents(err) {
			return nil, err
		}
		j.cfg.Log.Warn("a snapshot cannot be read", "err", err)
	}
	return nil, nil
}

// findEnd goes on from the base up to where something is missing.
func (j *Journal) findEnd(a *Archive, base *Snapshot) (failure error) {
	c := &cursor{from: base.Rev + 1, to: math.MaxInt64}
	c.yield = func(r *Record, err error) bool {
		switch {
		case r != nil:
			if !c.gapped {
				j.heard = r.Time
			}
		case ofContents(err):
			j.cfg.Log.Warn("a part of the journal cannot be read", "err", err)
		default:
			failure = err
			return false
		}
		return true
	}
	j.last = a.read(c)
	if failure == nil && j.last == base.Rev {
		j.head.Gap, failure = a.begins(base.Rev)
	}
	return failure
}

// begins reports whether the changes that lead to a snapshot's revision are missing, so that what comes after
// it comes after a gap.
func (a *Archive) begins(rev int64) (bool, error) {
	if len(a.Segments) == 0 {
		return true, nil
	}
	var failure error
	c := &cursor{from: rev, to: rev, yield: func(_ *Record, err error) bool {
		if err != nil && !ofContents(err) {
			failure = err
		}
		return failure == nil
	}}
	return a.read(c) < rev, failure
}

// unreadable says of an error that it comes of what a file holds.
func unreadable(err error) bool { return isDamage(err) || errors.Is(err, ErrNotJournal) }

// ofContents says so of an error of a snapshot, or a range of records, too.
func ofContents(err error) bool {
	return unreadable(err) || errors.Is(err, ErrNotWhole) || errors.As(err, new(*Gap))
}

// removeTemps removes what was not written to its end.
func removeTemps(dir string) error {
	entries, err := os.ReadDir(dir)
	for _, e := range entries {
		name := strings.TrimSuffix(e.Name(), tempSuffix)
		_, segment := parseSegment(name)
		if name != e.Name() && (segment || isTemp(name)) {
			err = errors.Join(err, os.Remove(filepath.Join(dir, e.Name())))
		}
	}
	return err
}

// isTemp tells the names that SaveSnapshot gives, for the snapshots of a folder, but for their ending.
func isTemp(name string) bool {
	name, hidden := strings.CutPrefix(name, ".")
	i := strings.LastIndexByte(name, '-')
	if !hidden || i < 0 {
		return false
	}
	_, ok := parseSnapshot(name[:i])
	return ok
}
