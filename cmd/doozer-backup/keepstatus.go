package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
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
	for more := true; more; more = sleep(ctx, statusEvery) {
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
		f.state.failed(theCluster, err)
	}
}

// statusBytes is how long the file is: always the same, and written in place, so that it can be told when
// the disk is full.
const statusBytes = 4096

func (f *follower) saveStatus() {
	if err := writeStatus(filepath.Join(f.dir, statusName), f.state.get(time.Now())); err != nil {
		f.log.Debug("cannot write the status", "err", err)
	}
}

// writeStatus writes over what is there, and cuts off what it had beyond.
func writeStatus(path string, h health) error {
	var b bytes.Buffer
	if err := writeJSON(&b, h); err != nil {
		return err
	}
	b.Write(bytes.Repeat([]byte(" "), max(0, statusBytes-b.Len())))
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE, 0o644)
	if err != nil {
		return err
	}
	_, err = file.Write(b.Bytes())
	if err == nil {
		err = file.Truncate(int64(b.Len()))
	}
	return errors.Join(err, file.Close())
}

func writeJSON(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(v)
}
