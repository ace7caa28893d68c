package journal

import (
	"fmt"
	"time"
)

// What keeps the revisions of a restored cluster above all that the dead one can have given out.
const (
	restoreMargin    = 1_000_000_000 // revisions
	restorePerSecond = 1_000_000     // for each second since the last one that is known: more than any cluster does
	maxRestoreRev    = 1 << 53       // the highest integer that every client's language can tell from the next
)

// RestoreRev is the revision at which a cluster begins that is made from a snapshot now. It is above any
// that the cluster it came from can have given out, if the clocks of the two machines, where the last revision was
// heard of and here, differ by less than a quarter of an hour.
func (h *Head) RestoreRev(now time.Time) (int64, error) {
	since := max(0, now.Sub(time.Unix(0, h.LastTime)))
	last := max(h.Last, h.Rev)
	if last < 0 || last > maxRestoreRev {
		return 0, fmt.Errorf("the snapshot's revision, %d, is out of range", last)
	}
	rev := last + restoreMargin + int64(since/(time.Second/restorePerSecond))
	if rev >= maxRestoreRev {
		return 0, fmt.Errorf("a cluster restored from revision %d of %v would begin at %d, and %d is the limit",
			last, time.Unix(0, h.LastTime).UTC(), rev, int64(maxRestoreRev))
	}
	return rev, nil
}
