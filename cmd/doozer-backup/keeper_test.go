package main

import (
	"fmt"
	"log/slog"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/ha/doozer/journal"
	"github.com/ha/doozer/store"
)

// One bit of one old segment's head is no reason to make more snapshots, or to drop nothing any more.
func TestKeeperBesideADamagedHead(t *testing.T) {
	dir := t.TempDir()
	log := slog.New(slog.DiscardHandler)
	j, err := journal.Open(dir, journal.Config{SegmentBytes: 10 << 10, Log: log})
	if err != nil {
		t.Fatal(err)
	}
	defer j.Close()
	rev := int64(100)
	j.Begin("c", "i", rev)
	one := func(yield func(store.File, error) bool) {
		yield(store.File{Path: "/x", Value: []byte("x"), Rev: 1}, nil)
	}
	now := time.Now()
	journal.SaveSnapshot(journal.SnapshotPath(dir, rev), &journal.Head{Cluster: "c", Id: "i", Rev: rev, Time: now.UnixNano()}, one)
	j.Keep()
	write := func(n int) {
		for range n {
			rev++
			j.Append(&journal.Record{Rev: rev, Time: now.UnixNano(), Changes: []*journal.Change{{Path: "/x", Value: []byte(fmt.Sprintf("%0900d", rev))}}})
			if err := j.Commit(); err != nil {
				t.Fatal(err)
			}
		}
	}
	s := newState("")
	k := &keeper{follower: &follower{dir: dir, state: s, log: log}, age: 24 * time.Hour, bytes: 64 << 10, retention: journal.Retention{Revs: 100}}
	rounds := func() (made int) {
		for range 10 { // as many times five seconds
			write(1) // 1 kB
			s.follows("c", "i", rev)
			before, _ := journal.Read(dir)
			if err := k.look(t.Context()); err != nil {
				t.Fatal(err)
			}
			after, _ := journal.Read(dir)
			if after.Snapshots[len(after.Snapshots)-1].Rev != before.Snapshots[len(before.Snapshots)-1].Rev {
				made++
			}
			j.Rotate()
		}
		return made
	}
	write(150)
	rounds()
	sound := rounds()
	a, _ := journal.Read(dir)
	path := a.Segments[slices.IndexFunc(a.Segments, func(s journal.Segment) bool { return s.After > 240 })].Path
	b, _ := os.ReadFile(path)
	b[20] ^= 1
	os.WriteFile(path, b, 0o600)
	if n := rounds(); n > sound+1 {
		a, _ = journal.Read(dir)
		t.Errorf("%d snapshots in 10 rounds, before the damage %d; now %d segments", n, sound, len(a.Segments))
	}
}
