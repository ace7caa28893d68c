package main

import (
	"bytes"
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
	file, err := os.OpenFile(filepath.Join(f.dir, statusName), os.O_WRONLY|os.O_CREATE, 0o644)
	if err != nil {
		f.log.Error("no status is written", "err", err)
		return
	}
	defer file.Close()
	for more := true; more; more = sleep(ctx, statusEvery) {
		f.poll(ctx)
		f.saveStatus(file)
	}
	f.state.ended()
	f.saveStatus(file)
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

// statusBytes is how long the file is: always the same, and written in place, so that it can be told when
// the disk is full.
const statusBytes = 4096

func (f *follower) saveStatus(file *os.File) {
	var b bytes.Buffer
	err := writeJSON(&b, f.state.get(time.Now()))
	if err == nil {
		b.Write(bytes.Repeat([]byte(" "), max(0, statusBytes-b.Len())))
		_, err = file.WriteAt(b.Bytes(), 0)
	}
	if err != nil {
		f.log.Debug("cannot write the status", "err", err)
	}
}

func writeJSON(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(v)
}
