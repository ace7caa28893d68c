package journal

import (
	"fmt"
	"os"
	"time"
)

// Retention says what is kept. Whatever any of its bounds lets go, goes; zero is no bound. The newest
// snapshot and all changes after it are always kept.
type Retention struct {
	Age   time.Duration // what is needed to go back so far, by the clock of the machine that wrote
	Revs  int64         // what is needed to go back so many revisions from the latest change
	Bytes int64         // as many, at most, of segments and snapshots
}

// Prune removes what r lets go, and returns which files. What is kept begins with a snapshot, which it
// reads before anything is removed: for one that is not whole nothing goes.
func (a *Archive) Prune(r Retention, now time.Time) (removed []string, err error) {
	last, err := a.last()
	if err != nil {
		return nil, err
	}
	first := a.firstKept(r, now, last.rev)
	if first == 0 {
		return nil, nil
	}
	snap := a.Snapshots[first]
	if err := snap.check(nil); err != nil {
		return nil, fmt.Errorf("nothing is dropped: %v", err) // no error of what is kept
	}
	for _, s := range a.Segments {
		if s.UpTo > snap.Rev {
			break
		}
		removed = append(removed, s.Path)
	}
	for _, s := range a.Snapshots[:first] {
		removed = append(removed, s.Path)
	}
	if err := remove(removed); err != nil {
		return nil, err
	}
	return removed, syncDir(a.Dir)
}

// remove removes files in that order: so what is left of a journal, should it be cut short, is its end.
func remove(paths []string) error {
	for _, path := range paths {
		if err := os.Remove(path); err != nil {
			return err
		}
	}
	return nil
}

// firstKept is the number of the first snapshot to keep; 0 if that is none but the first. end is the latest
// revision.
func (a *Archive) firstKept(r Retention, now time.Time, end int64) (first int) {
	aged := r.Age > 0
	for i, snap := range a.Snapshots {
		old, known := snap.olderThan(r.Age, now)
		aged = aged && (old || !known) // a later one cannot be older, whatever its clock said
		far := r.Revs > 0 && end-snap.Rev >= r.Revs
		last := i == len(a.Snapshots)-1
		fits := r.Bytes > 0 && (last || a.bytesFrom(i) <= r.Bytes) && a.bytesFrom(first) > r.Bytes
		if aged && known || far || fits {
			first = i
		}
	}
	return first
}

// olderThan tells nothing if the time of the snapshot is not known.
func (s Snapshot) olderThan(age time.Duration, now time.Time) (older, known bool) {
	h, err := s.Head()
	if err != nil || h.Time <= 0 {
		return false, false
	}
	return now.Sub(time.Unix(0, h.Time)) >= age, true
}

// bytesFrom is how much is kept from a snapshot on.
func (a *Archive) bytesFrom(i int) (n int64) {
	for _, s := range a.Snapshots[i:] {
		n += s.Size
	}
	for _, s := range a.Segments {
		if s.UpTo > a.Snapshots[i].Rev {
			n += s.Size
		}
	}
	return n
}
