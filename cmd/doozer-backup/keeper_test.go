package main

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"testing"

	"github.com/bmizerany/assert"

	"github.com/ha/doozer/journal"
	"github.com/ha/doozer/store"
)

// A snapshot of the journal that is being made ends with the context, wherever that catches it, and leaves nothing.
func TestKeeperEnds(t *testing.T) {
	dir := t.TempDir()
	assert.Equal(t, nil, makeJournals(dir))
	dir = filepath.Join(dir, "good")
	k := &keeper{follower: &follower{dir: dir, state: newState(""), log: slog.New(slog.DiscardHandler)}}
	before, err := os.ReadDir(dir)
	assert.Equal(t, nil, err)
	a, err := journal.Read(dir)
	assert.Equal(t, nil, err)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	err = k.snapshot(ctx, a, 120)
	assert.T(t, errors.Is(err, context.Canceled), err)
	after, err := os.ReadDir(dir)
	assert.Equal(t, nil, err)
	assert.Equal(t, len(before), len(after))
	assert.Equal(t, nil, k.snapshot(t.Context(), a, 120))
	_, err = os.Stat(journal.SnapshotPath(dir, 120))
	assert.Equal(t, nil, err)
}

// Files end with the context, with an error, though there are more.
func TestUntil(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	n := 0
	for _, err := range until(ctx, func(yield func(store.File, error) bool) {
		for yield(store.File{}, nil) {
		}
	}) {
		if n++; n == 3 {
			cancel()
		}
		if n < 4 {
			assert.Equal(t, nil, err)
		} else {
			assert.T(t, errors.Is(err, errInterrupted), err)
		}
	}
	assert.Equal(t, 4, n)
}

// What an interruption made go wrong is told as an interruption.
func TestInterrupted(t *testing.T) {
	_, addr := mustServe(t)
	for _, flags := range [][]string{{"-a", addr}, {"-local", "-a", addr}} {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		var errs bytes.Buffer
		args := append([]string{"snapshot", "-o", filepath.Join(t.TempDir(), "x")}, flags...)
		assert.Equal(t, exitInterrupted, run(ctx, args, nil, &errs, &errs))
		assert.Equal(t, "doozer-backup: interrupted\n", errs.String())
	}
}
