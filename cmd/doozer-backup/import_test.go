package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"testing"

	"github.com/bmizerany/assert"

	"github.com/ha/doozer/journal"
	"github.com/ha/doozer/store"
)

// saveFiles makes a snapshot of n files in dir.
func saveFiles(t *testing.T, n int, path func(i int) string) (snap string) {
	t.Helper()
	snap = filepath.Join(t.TempDir(), "x.snap")
	err := journal.SaveSnapshot(snap, &journal.Head{Rev: 1}, func(yield func(store.File, error) bool) {
		for i := range n {
			if !yield(store.File{Path: path(i), Value: []byte(fmt.Sprint(i)), Rev: 1}, nil) {
				return
			}
		}
	})
	assert.Equal(t, nil, err)
	return snap
}

func mustServe(t *testing.T) (n *node, addr string) {
	t.Helper()
	n, addr, end, err := serve()
	assert.Equal(t, nil, err)
	t.Cleanup(end)
	return n, addr
}

// matching is how many files a node has.
func (n *node) matching(t *testing.T, glob string) (files int) {
	g, err := parseGlob(glob)
	assert.Equal(t, nil, err)
	n.store.View().Walk(g, func(string, []byte, int64) bool {
		files++
		return true
	})
	return files
}

// Whoever interrupts an import is told what was done, to the file, and can go on later.
func TestImportInterrupted(t *testing.T) {
	const all = 1000
	snap := saveFiles(t, all, func(i int) string { return fmt.Sprintf("/f/%d", i) })
	n, addr := mustServe(t)
	ctx, cancel := context.WithCancel(t.Context())
	n.do(func() { n.faults = faults{cancel: 100, stop: cancel} })
	var out, errs bytes.Buffer
	status := run(ctx, []string{"import", "-a", addr, "-from", snap}, nil, &out, &errs)
	assert.Equal(t, exitInterrupted, status, errs.String())
	assert.Equal(t, "doozer-backup: interrupted\n", errs.String())
	var written, there, conflicts, failed, left int
	_, err := fmt.Sscanf(out.String(), "%d written, %d there already, %d conflicts, %d failed, %d not tried\n", &written, &there, &conflicts, &failed, &left)
	assert.Equal(t, nil, err, out.String())
	assert.T(t, written >= 100 && written < all && there+conflicts+failed == 0 && written+left == all, out.String())
	assert.Equal(t, written, n.matching(t, "/f/*"))

	out.Reset()
	status = run(t.Context(), []string{"import", "-a", addr, "-from", snap}, nil, &out, io.Discard)
	assert.Equal(t, 0, status)
	assert.Equal(t, fmt.Sprintf("%d written, %d there already, 0 conflicts, 0 failed\n", left, written), out.String())
	assert.Equal(t, all, n.matching(t, "/f/*"))
}

// A path that would be too long is found before anything is written.
func TestImportChecksFirst(t *testing.T) {
	long := strings.Repeat("/"+strings.Repeat("long", 9), 108)
	snap := saveFiles(t, 2, func(i int) string { return []string{"/short", long}[i] })
	n, addr := mustServe(t)
	var errs bytes.Buffer
	status := run(t.Context(), []string{"import", "-a", addr, "-from", snap, "-to", strings.Repeat("/deep-enough", 9)}, nil, io.Discard, &errs)
	assert.Equal(t, exitUsage, status)
	assert.T(t, strings.Contains(errs.String(), "a path has 4104 bytes"), errs.String())
	assert.Equal(t, 0, n.matching(t, all))
	assert.Equal(t, 0, run(t.Context(), []string{"import", "-a", addr, "-from", snap, "-to", "/deep"}, nil, io.Discard, &errs))
	assert.Equal(t, 2, n.matching(t, all))
}

// The status is that of a node that cannot be reached any more, and not every file is tried then.
func TestImportGivesUp(t *testing.T) {
	snap := saveFiles(t, 1000, func(i int) string { return fmt.Sprintf("/f/%d", i) })
	n, addr := mustServe(t)
	n.do(func() { n.faults.forget = 1 })
	var out, errs bytes.Buffer
	status := run(t.Context(), []string{"import", "-a", addr, "-from", snap}, nil, &out, &errs)
	assert.Equal(t, 127, status, errs.String())
	assert.T(t, strings.Contains(out.String(), "not tried") && !strings.Contains(out.String(), "1000 failed"), out.String())
	assert.Equal(t, 0, n.matching(t, all))
}
