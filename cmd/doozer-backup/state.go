package main

import (
	"maps"
	"os"
	"slices"
	"sync"
	"time"

	"github.com/ha/doozer/journal"
)

// state is how the tool is doing, for those who ask.
type state struct {
	report  string        // the file that the durable revision is written to; ""
	changed chan struct{} // cap 1: the durable revision is to be reported

	m *metrics

	mu     sync.Mutex
	now    health
	behind time.Time // since when the durable revision is below what the cluster had; zero: it is not
	wanted bool      // of the changes since the last report some are the cluster's users'
}

func newState(report string) *state {
	s := &state{report: report, changed: make(chan struct{}, 1)}
	s.now.PID = os.Getpid()
	s.now.Errors = make(map[concern]string)
	s.m = newMetrics(s)
	return s
}

// follows notes which cluster the journal is of, and what it has of it.
func (s *state) follows(name, id string, durable int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.now.Cluster, s.now.ID, s.now.Durable = name, id, durable
}

// health is what status.json tells, and doozer-backup status.
type health struct {
	PID          int                `json:"pid"` // 0: it has ended
	Cluster      string             `json:"cluster"`
	ID           string             `json:"cluster_id"`
	Node         string             `json:"node"`          // the node that is followed
	Durable      int64              `json:"durable_rev"`   // up to which all is on disk
	ClusterRev   int64              `json:"cluster_rev"`   // the cluster's latest, a moment ago
	LagRevs      int64              `json:"lag_revs"`      // by how much Durable is below it
	LagSeconds   float64            `json:"lag_seconds"`   // for how long it has been
	Snapshot     int64              `json:"snapshot_rev"`  // the newest snapshot's
	SnapshotTime time.Time          `json:"snapshot_time"` // when its revision was heard of
	JournalGaps  int                `json:"journal_gaps"`  // that the journal tells of
	Gaps         int                `json:"gaps"`          // since the tool was started
	Errors       map[concern]string `json:"errors"`        // of what fails now
	Updated      time.Time          `json:"updated"`       // when all this was so
}

// durable notes that all up to a revision is on disk, recs lately.
func (s *state) durable(rev int64, recs []*journal.Record) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.now.Durable = rev
	delete(s.now.Errors, theFollow)
	s.look(time.Now())
	if s.report == "" {
		return
	}
	s.wanted = s.wanted || recs == nil || users(recs)
	poke(s.changed)
}

// users reports whether any of the changes is not the cluster's own business.
func users(recs []*journal.Record) bool {
	for _, r := range recs {
		for _, c := range r.Changes {
			if !isCtl(c.Path) {
				return true
			}
		}
	}
	return false
}

// toReport is the durable revision, and whether somebody may wait for it.
func (s *state) toReport() (rev int64, wanted bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	wanted, s.wanted = s.wanted, false
	return s.now.Durable, wanted
}

// want has the durable revision be reported, again.
func (s *state) want() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.wanted = true
	poke(s.changed)
}

func (s *state) durableRev() int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.now.Durable
}

// cluster notes the cluster's revision as it was at a time.
func (s *state) cluster(rev int64, node string, at time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.now.ClusterRev, s.now.Node = rev, node
	delete(s.now.Errors, theCluster)
	s.look(at)
}

// look works out how far behind the journal is.
func (s *state) look(at time.Time) {
	s.now.LagRevs = max(0, s.now.ClusterRev-s.now.Durable)
	switch {
	case s.now.LagRevs == 0:
		s.behind = time.Time{}
	case s.behind.IsZero():
		s.behind = at
	}
}

// committed notes what went to the disk, in how long.
func (s *state) committed(records, bytes int, took time.Duration) {
	s.m.records.Add(float64(records))
	s.m.bytes.Add(float64(bytes))
	s.m.commits.Observe(took.Seconds())
}

// snapshot notes that there is one more.
func (s *state) snapshot(h *journal.Head) {
	s.m.snapshots.Inc()
	s.newest(h)
}

// newest notes which snapshot is the newest.
func (s *state) newest(h *journal.Head) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.now.Snapshot, s.now.SnapshotTime = h.Rev, time.Unix(0, h.Time).UTC()
}

// survey notes what a folder has, if it has anything.
func (s *state) survey(a *journal.Archive) {
	if a == nil {
		return
	}
	for _, snap := range slices.Backward(a.Snapshots) {
		if h, err := snap.Head(); err == nil {
			s.newest(h)
			break
		}
	}
	s.gapsIn(a)
}

// gapsIn notes how often a folder says that changes are missing.
func (s *state) gapsIn(a *journal.Archive) {
	gaps := 0
	for i := 1; i < len(a.Segments); i++ { // before the first there is nothing
		if h, err := a.Segments[i].Head(); err == nil && h.Gap {
			gaps++
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.now.JournalGaps = gaps
}

// gap notes that changes are missing in the journal from now on.
func (s *state) gap() {
	s.m.gaps.Inc()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.now.Gaps++
	s.now.JournalGaps++
	s.now.Durable = 0
}

// ended notes that the tool ends.
func (s *state) ended() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.now.PID = 0
}

// get is the state at a time.
func (s *state) get(at time.Time) health {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now
	now.Errors = maps.Clone(s.now.Errors)
	now.Updated = at.UTC()
	if !s.behind.IsZero() {
		now.LagSeconds = max(0, at.Sub(s.behind).Seconds())
	}
	return now
}
