package journal

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
)

// SnapshotPath is where the snapshot of a revision lies in a folder.
func SnapshotPath(dir string, rev int64) string {
	return filepath.Join(dir, fmt.Sprintf(snapshotName, rev))
}

// recover finds where to go on: after all that is intact. Nothing is cut off: the next segment's
// beginning says what of the last one counts.
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
	n := len(a.Segments)
	if n == 0 {
		return nil // snapshots alone: another one will be taken
	}
	j.next = a.Segments[n-1].Seq + 1
	if err := j.identify(a); err != nil {
		return err
	}
	if err := j.findEnd(a); err != nil {
		return err
	}
	if err := j.compareFloor(); err != nil {
		return err
	}
	based, err := j.findChain(a)
	if !based {
		j.last = 0
	}
	return err
}

// findEnd reads the last segment up to where something is missing.
func (j *Journal) findEnd(a *Archive) (err error) {
	last := &a.Segments[len(a.Segments)-1]
	j.last = a.read(&cursor{from: last.After + 1, to: last.Limit, yield: func(r *Record, e error) bool {
		switch {
		case r != nil:
			j.heard = r.Time
		case isDamage(e):
			j.cfg.Log.Warn("a part of the journal cannot be read", "err", e)
		default:
			if !errors.As(e, new(*Gap)) {
				err = e
			}
			return false
		}
		return true
	}})
	return err
}

// compareFloor says so if something is lost that was durable.
func (j *Journal) compareFloor() error {
	rev, err := loadFloor(j.dir)
	if err == nil && rev > j.last {
		j.cfg.Log.Error("the journal has lost what was durable; the cluster may still have it", "durable", rev, "found", j.last)
	}
	return err
}

// findChain looks back to where the segments begin that the last one goes on from, and whether a
// snapshot was saved since: else they cannot be used, and the journal has to begin anew.
func (j *Journal) findChain(a *Archive) (based bool, err error) {
	end := j.last
	for _, s := range slices.Backward(a.Segments) {
		for _, snap := range a.Snapshots {
			if snap.Rev >= s.After && snap.Rev <= end {
				return true, nil
			}
		}
		h, err := s.Head()
		switch {
		case err == nil && h.Gap:
			return false, nil
		case err != nil && !unreadable(err):
			return false, err
		}
		end = s.After
	}
	return false, nil
}

// identify finds out which cluster the journal is of.
func (j *Journal) identify(a *Archive) error {
	for _, s := range slices.Backward(a.Segments) {
		h, err := s.Head()
		if err == nil {
			j.head = Head{Version: formatVersion, Cluster: h.Cluster, Id: h.Id}
			return nil
		}
		if !unreadable(err) {
			return err
		}
	}
	return fmt.Errorf("%s: %w: no segment tells of which cluster it is", j.dir, ErrNotJournal)
}

// unreadable says of an error that it comes of what a file holds.
func unreadable(err error) bool { return isDamage(err) || errors.Is(err, ErrNotJournal) }

// ofContents says so of an error of a snapshot, or a range of records, too.
func ofContents(err error) bool {
	return unreadable(err) || errors.Is(err, ErrNotWhole) || errors.As(err, new(*Gap))
}

// removeTemps removes snapshots that were not written to their end.
func removeTemps(dir string) error {
	temps, err := filepath.Glob(filepath.Join(dir, tempPattern))
	for _, path := range temps {
		err = errors.Join(err, os.Remove(path))
	}
	return err
}
