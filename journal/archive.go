package journal

import (
	"fmt"
	"iter"
	"path/filepath"
	"slices"
	"sync"
)

// Archive is a journal's folder, to be read. It takes no lock and changes nothing: it
// can be read beside the one that writes, and shows the files that were there when it
// was opened. What that one has dropped since is ErrMissing. Any goroutine may use it.
type Archive struct {
	Dir       string
	Segments  []Segment  // in the order in which they were begun
	Snapshots []Snapshot // by revision

	floor int64               // a revision that was durable before it was opened
	last  func() (end, error) // the record of the highest revision; looked for once
}

// Read opens a folder. An empty one, or one without any file of a journal, is
// ErrNotJournal.
func Read(dir string) (*Archive, error) {
	floor := loadFloor(dir) // first: what is written meanwhile is beyond it
	segs, snaps, err := list(dir)
	if err != nil {
		return nil, err
	}
	if len(segs) == 0 && len(snaps) == 0 {
		return nil, fmt.Errorf("%s: %w: neither a segment nor a snapshot is in it", dir, ErrNotJournal)
	}
	a := &Archive{Dir: filepath.Clean(dir), Segments: segs, Snapshots: snaps, floor: floor}
	a.last = sync.OnceValues(a.lastRecord)
	return a, nil
}

// Records yields the records of revisions from to to, in order, and between them, with
// a nil record, what is wrong: a *Gap for revisions of which changes are missing, after the
// *Damage that it came of, if it did. A *Damage may also be the last. After any other error there is no
// more.
func (a *Archive) Records(from, to int64) iter.Seq2[*Record, error] {
	return func(yield func(*Record, error) bool) { a.read(&cursor{from: from, to: to, yield: yield}) }
}

// read has c go through the records. It returns the revision up to which, from c.from on, no change is
// missing.
func (a *Archive) read(c *cursor) (covered int64) {
	c.from = max(c.from, 1) // the first revision
	c.at, c.covered = c.from-1, c.from-1
	var segs []*Segment
	var after *Segment // the first one beyond
	for i := range a.Segments {
		switch s := &a.Segments[i]; {
		case s.After > c.to && (after == nil || s.After < after.After):
			after = s
		case s.After <= c.to && s.UpTo >= c.from:
			segs = append(segs, s)
		}
	}
	m := newMerger(segs, c.progress)
	defer m.close()
	if c.merge(m) && c.at < c.to {
		c.end(after)
	}
	return min(c.covered, c.to)
}

// cursor goes through records.
type cursor struct {
	from, to int64
	progress Progress
	yield    func(*Record, error) bool
	spare    func(*Damage) bool // if not nil, gets what was damaged where nothing is missing

	at      int64     // the latest revision passed
	covered int64     // up to it nothing is missing
	gapped  bool      // covered stays as it is
	bad     []*Damage // met after at
}

// merge takes all records; it reports whether they came to their end.
func (c *cursor) merge(m *merger) bool {
	for {
		p, err := m.next()
		c.bad = append(c.bad, p.bad...)
		switch {
		case err != nil:
			c.yield(nil, err)
			return false
		case p.rec == nil:
			return true
		case !c.take(p.rec, p.begun):
			return false
		}
	}
}

func (c *cursor) take(r *Record, begun *Segment) bool {
	if !c.follow(r.Rev-r.Step, begun) {
		return false
	}
	if c.at = max(c.at, r.Rev); !c.gapped {
		c.covered = c.at
	}
	return r.Rev < c.from || r.Rev <= c.to && c.yield(r, nil)
}

// follow goes on from what comes after a revision. If that is not where it is, there is a
// gap; else what was damaged is harmless: what was lost lies elsewhere, too, or was no record. begun is
// the segment that begins here, if one does.
func (c *cursor) follow(after int64, begun *Segment) bool {
	bad := c.bad
	c.bad = nil
	if after <= c.at {
		return c.spareAll(bad)
	}
	gap := &Gap{After: c.at, UpTo: after, Stated: begun != nil && begun.After == after && begun.states(c.at)}
	for _, d := range bad {
		d.Cut = gap.Stated && d.Tail
		if !c.yield(nil, d) {
			return false
		}
	}
	c.at, c.gapped = after, true
	return c.yield(nil, gap)
}

// end tells what comes after the last record. after is where it would go on, beyond what is wanted.
func (c *cursor) end(after *Segment) {
	if after != nil {
		c.follow(after.After, after)
		return
	}
	for _, d := range c.bad {
		d.Cut = d.Tail
		if !c.yield(nil, d) {
			return
		}
	}
}

func (c *cursor) spareAll(bad []*Damage) bool {
	for _, d := range bad {
		if c.spare != nil && !c.spare(d) {
			return false
		}
	}
	return true
}

// Bytes is how long all files are together: as much as Verify reads.
func (a *Archive) Bytes() (n int64) {
	for _, s := range a.Segments {
		n += s.Size
	}
	for _, s := range a.Snapshots {
		n += s.Size
	}
	return n
}

// BytesTo is about how much At reads for a revision.
func (a *Archive) BytesTo(rev int64) (n int64) {
	var from int64
	for _, s := range slices.Backward(a.Snapshots) {
		if s.Rev <= rev {
			n, from = s.Size, s.Rev
			break
		}
	}
	for _, s := range a.Segments {
		if s.UpTo > from && s.After < rev && from < rev {
			n += s.Size
		}
	}
	return n
}
