package main

import (
	"cmp"
	"path/filepath"
	"slices"
	"time"

	"github.com/ha/doozer/journal"
)

// entry is a line of a list.
type entry struct {
	Kind  string `json:"kind"`
	After *int64 `json:"after,omitempty"` // nil: a snapshot
	Rev   int64  `json:"rev"`
	Time  string `json:"time,omitempty"`
	Bytes int64  `json:"bytes,omitempty"`
	File  string `json:"file,omitempty"`
	heads
}

// heads is what a file's head tells of the cluster.
type heads struct {
	Cluster string `json:"cluster,omitempty"`
	ID      string `json:"id,omitempty"`
}

func newHeads(h *journal.Head) heads {
	if h == nil {
		return heads{}
	}
	return heads{h.Cluster, h.Id}
}

// list is what a folder has, by revisions.
func list(a *journal.Archive) ([]entry, error) {
	entries, err := listSegments(a)
	for _, s := range a.Snapshots {
		n := entry{Kind: "snapshot", Rev: s.Rev, Bytes: s.Size, File: filepath.Base(s.Path)}
		if h, err := s.Head(); err == nil {
			n.Time, n.heads = listTime(heard(h.Time)), newHeads(h)
		}
		entries = append(entries, n)
	}
	slices.SortStableFunc(entries, func(n, m entry) int {
		return cmp.Or(cmp.Compare(n.begins(), m.begins()), cmp.Compare(n.rank(), m.rank()))
	})
	return entries, err
}

// begins is the revision that a list is in the order of.
func (n *entry) begins() int64 {
	if n.After == nil {
		return n.Rev
	}
	return *n.After
}

// rank puts what is of one revision in order: before the gap the snapshot, and the segment last.
func (n *entry) rank() int { return slices.Index([]string{"snapshot", "gap", "segment"}, n.Kind) }

func listSegments(a *journal.Archive) (entries []entry, err error) {
	known := make([]*journal.Head, len(a.Segments)+1) // nil: cannot be read
	for i := range a.Segments {
		if h, err := a.Segments[i].Head(); err == nil {
			known[i] = h
		}
	}
	for i, s := range a.Segments {
		if n := len(entries); n > 0 && known[i] != nil && known[i].Gap && s.After > entries[n-1].Rev {
			entries = append(entries, entry{Kind: "gap", After: new(entries[n-1].Rev), Rev: s.After})
		}
		rev, at, err := segmentEnd(&s, known[i+1])
		if err != nil {
			return nil, err
		}
		entries = append(entries, entry{Kind: "segment", After: new(s.After), Rev: rev, Time: listTime(at),
			Bytes: s.Size, File: filepath.Base(s.Path), heads: newHeads(known[i])})
	}
	return entries, nil
}

// segmentEnd is the last revision of a segment, and its time: the head of the next one tells, or else its changes.
func segmentEnd(s *journal.Segment, next *journal.Head) (rev int64, at time.Time, err error) {
	if next != nil && !next.Gap && next.Rev == s.UpTo {
		return next.Rev, heard(next.Time), nil
	}
	return s.End()
}

// listTime is empty for what is not known.
func listTime(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}
