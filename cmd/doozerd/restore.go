package main

import (
	"fmt"
	"os"
	"time"

	"github.com/ha/doozer/journal"
	"github.com/ha/doozer/peer"
)

// snapshot is the file that a cluster is to begin with.
type snapshot struct {
	file *os.File
	*journal.SnapshotReader
}

// openSnapshot opens the file that -restore names; nil if it names none.
func openSnapshot(path string) (*snapshot, error) {
	if path == "" {
		return nil, nil
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("-restore: %w", err)
	}
	if info, err := f.Stat(); err == nil && info.IsDir() {
		f.Close()
		return nil, fmt.Errorf("-restore: %s is a folder: doozer-backup restore makes a snapshot of it", path)
	}
	r, err := journal.NewSnapshotReader(f, path)
	if err != nil {
		f.Close()
		return nil, fmt.Errorf("-restore: %w", err)
	}
	return &snapshot{f, r}, nil
}

// restore has a node begin with the snapshot. Its revision is worked out now, and not when the snapshot was made:
// the cluster that it is of may have lived on since. The cluster keeps its name, unless another was given.
func (s *snapshot) restore(cfg *peer.Config, nameGiven bool) error {
	rev, err := s.Head.RestoreRev(time.Now())
	if err != nil {
		return fmt.Errorf("-restore: %w", err)
	}
	cfg.Restore = &peer.Restore{Rev: rev, FromID: s.Head.Id, FromRev: s.Head.Rev, Files: s.Files()}
	if !nameGiven {
		cfg.Cluster = s.Head.Cluster
	}
	if err := cfg.Check(); err != nil {
		return fmt.Errorf("-restore: %w", err)
	}
	return nil
}

// ahead is by how much the snapshot's time is beyond a clock's, if by more than clocks are apart as a rule.
func (s *snapshot) ahead(now time.Time) time.Duration {
	by := time.Unix(0, s.Head.LastTime).Sub(now)
	if by < time.Minute {
		return 0
	}
	return by.Round(time.Second)
}
