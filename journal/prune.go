package journal

import (
	"fmt"
	"os"
	"time"
)

// Retention says what is kept. Whatever any of its bounds lets go, goes; zero is no bound. The newest
// snapshot and all changes after it are always kept.
type Retention struct {
	Age   time.Duration // what is needed to go back so far
	Revs  int64         // what is needed to go back so many revisions from the latest
	Bytes int64         // as many, at most, of segments and snapshots
}

// Prune removes what r lets go, and returns which files. What is kept begins with a snapshot, which it
// reads before anything is removed: one that is not whole keeps all that lies before it.
func (a *Archive) Prune(r Retention, now time.Time) (removed []string, err error) {
	end, _, err := a.End()
	if err != nil {
		return nil, err
	}
	first := a.firstKept(r, now, end)
	if first == 0 {
		return nil, nil
	}
	snap := a.Snapshots[first]
	if _, err := LoadSnapshot(snap.Path); err != nil {
		return nil, fmt.Errorf("nothing is pruned: %w", err)
	}
	for _, s := range a.Segments {
		if s.Limit > snap.Rev {
			break
		}
		removed = append(removed, s.Path)
	}
	for _, s := range a.Snapshots[:first] {
		removed = append(removed, s.Path)
	}
	for i, path := range removed {
		if err := os.Remove(path); err != nil {
			return removed[:i], err
		}
	}
	return removed, nil
}

// firstKept is the number of the first snapshot to keep; 0 if there is none.
func (a *Archive) firstKept(r Retention, now time.Time, end int64) (first int) {
	for i, snap := range a.Snapshots {
		h, err := snap.Head()
		if err != nil {
			continue
		}
		last := i == len(a.Snapshots)-1
		old := r.Age > 0 && now.Sub(time.Unix(0, h.Time)) >= r.Age
		far := r.Revs > 0 && end-snap.Rev >= r.Revs
		fits := r.Bytes > 0 && (last || a.bytesFrom(i) <= r.Bytes) && a.bytesFrom(first) > r.Bytes
		if old || far || fits {
			first = i
		}
	}
	return first
}

// bytesFrom is how much is kept from a snapshot on.
func (a *Archive) bytesFrom(i int) (n int64) {
	for _, s := range a.Snapshots[i:] {
		n += s.Size
	}
	for _, s := range a.Segments {
		if s.Limit > a.Snapshots[i].Rev {
			n += s.Size
		}
	}
	return n
}
