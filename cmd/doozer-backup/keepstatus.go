package main

import (
	"context"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"time"
)

const (
	statusName  = "status.json"
	statusEvery = time.Second
	pollTimeout = 5 * time.Second
)

// keepStatus looks at the cluster's revision and writes the status file, every second until ctx ends, and
// once more at the end.
func (f *follower) keepStatus(ctx context.Context) {
	for sleep(ctx, statusEvery) {
		f.poll(ctx)
		f.saveStatus()
	}
	f.state.ended()
	f.saveStatus()
}

// poll asks the cluster for its revision.
func (f *follower) poll(ctx context.Context) {
	limited, cancel := context.WithTimeout(ctx, pollTimeout)
	defer cancel()
	begun := time.Now()
	rev, err := f.c.Rev(limited)
	switch {
	case err == nil:
		f.state.cluster(rev, f.c.Addr(), begun)
	case ctx.Err() == nil:
		f.state.failed(err)
	}
}

func (f *follower) saveStatus() {
	path := filepath.Join(f.dir, statusName)
	tmp, err := os.Create(path + ".tmp")
	if err == nil {
		err = writeJSON(tmp, f.state.get(time.Now()))
		if closed := tmp.Close(); err == nil {
			err = closed
		}
	}
	if err == nil {
		err = os.Rename(path+".tmp", path)
	}
	if err != nil {
		f.log.Debug("cannot write the status", "err", err) // the disk is full; the journal says so
	}
}

func writeJSON(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(v)
}
