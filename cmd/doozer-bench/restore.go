package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/ha/doozer/journal"
	"github.com/ha/doozer/store"
)

const (
	restoreRecords = 1_000_000
	commitRecords  = 10_000 // in one go, while a journal is made
	restoreTimes   = 3      // of which the median counts
	firstRev       = 2      // of the first record
)

// restore is how soon doozer-backup restore makes a snapshot of a journal of so many records.
type restore struct {
	records, paths int
	times          []time.Duration
}

// rate is in records a second.
func (r *restore) rate() float64 {
	rates := make([]float64, len(r.times))
	for i, t := range r.times {
		rates[i] = float64(r.records) / t.Seconds()
	}
	return median(rates)
}

// measureRestores restores journals of records of many files, and of few.
func measureRestores(ctx context.Context, b *bench) ([]*restore, error) {
	all := []*restore{
		{records: restoreRecords, paths: restoreRecords},
		{records: restoreRecords, paths: benchKeys},
	}
	for _, r := range all {
		if err := r.measure(ctx, b.options); err != nil {
			return nil, fmt.Errorf("restore: %w", err)
		}
	}
	return all, nil
}

func (r *restore) measure(ctx context.Context, o options) error {
	dir, err := os.MkdirTemp(".", tempFolder)
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	folder := filepath.Join(dir, "journal")
	if err := r.write(folder); err != nil {
		return err
	}
	for i := range restoreTimes {
		out := filepath.Join(dir, fmt.Sprintf("%d.snap", i))
		begun := time.Now()
		if err := runTool(ctx, o.backup, "restore", "-d", folder, "-o", out); err != nil {
			return err
		}
		r.times = append(r.times, time.Since(begun))
		if err := r.check(out); err != nil {
			return err
		}
	}
	return nil
}

// check holds a snapshot against what is to be in it.
func (r *restore) check(path string) error {
	t, err := journal.LoadSnapshot(path)
	if err != nil {
		return err
	}
	if len(t.Files) != r.paths || t.Head.Rev != firstRev+int64(r.records)-1 {
		return fmt.Errorf("%s: %d files, as of revision %d", path, len(t.Files), t.Head.Rev)
	}
	return nil
}

// write writes the journal: a snapshot of an empty tree, and the records.
func (r *restore) write(folder string) error {
	j, err := journal.Open(folder, journal.Config{Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		return err
	}
	defer j.Close()
	head := &journal.Head{Cluster: "bench", Id: "bench", Rev: firstRev - 1, Time: time.Now().UnixNano()}
	if err := j.Begin(head.Cluster, head.Id, head.Rev); err != nil {
		return err
	}
	none := func(func(store.File, error) bool) {}
	if err := journal.SaveSnapshot(journal.SnapshotPath(folder, head.Rev), head, none); err != nil {
		return err
	}
	return r.append(j)
}

func (r *restore) append(j *journal.Journal) error {
	k := keys{count: r.paths}
	for i := range r.records {
		if err := j.Append(setRecord(firstRev+int64(i), k.take())); err != nil {
			return err
		}
		if (i+1)%commitRecords != 0 {
			continue
		}
		if err := j.Commit(); err != nil {
			return err
		}
	}
	return j.Commit()
}

// setRecord is a SET of a key's file.
func setRecord(rev int64, key int) *journal.Record {
	digits := []byte(keyMark)
	putKey(digits, key)
	return &journal.Record{Rev: rev, Time: time.Now().UnixNano(), Changes: []*journal.Change{{
		Path:  benchDir + "/f" + string(digits),
		Value: append(digits, strings.Repeat("v", valueLen-keyDigits)...),
	}}}
}
