package main

import (
	"bytes"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/bmizerany/assert"

	"github.com/ha/doozer/journal"
)

func TestTrouble(t *testing.T) {
	now := time.Now()
	for _, c := range []struct {
		spoil func(h *health)
		free  bool // nobody has the lock
		want  string
	}{
		{func(h *health) {}, false, ""},
		{func(h *health) { h.LagSeconds = 60 }, false, ""},
		{func(h *health) { h.PID = 0 }, false, "it does not run: it ended"},
		{func(h *health) {}, true, "it does not run: its last sign"},
		{func(h *health) { h.Updated = now.Add(-16 * time.Second) }, false, "it hangs"},
		{func(h *health) { h.Errors = map[concern]string{theDisk: "full", theKeeper: "x"} }, false, "failing: disk: full; keeper: x"},
		{func(h *health) { h.Durable = 0 }, false, "nothing is durable yet"},
		{func(h *health) { h.LagSeconds = 61 }, false, "it has been behind for 61 s"},
	} {
		h := &health{PID: 1, Durable: 5, Updated: now.Add(-time.Second)}
		c.spoil(h)
		err := h.trouble(!c.free, time.Minute, now)
		if c.want == "" {
			assert.Equal(t, nil, err)
		} else {
			assert.T(t, err != nil && strings.HasPrefix(err.Error(), c.want), err, c.want)
		}
	}
}

// asked is what status says of a folder.
func asked(t *testing.T, dir string, flags ...string) (status int, out, errs string) {
	t.Helper()
	var o, e bytes.Buffer
	status = run(t.Context(), append([]string{"status", "-d", dir}, flags...), nil, &o, &e)
	return status, o.String(), e.String()
}

// What is written is read back, whatever was there; what was not written, or not to its end, is told.
func TestStatusFile(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, statusName)
	status, _, errs := asked(t, dir)
	assert.Equal(t, exitMissing, status, errs)
	for _, text := range []string{"", " ", `{"pid": 5, "clus`} {
		assert.Equal(t, nil, os.WriteFile(path, []byte(text), 0o644))
		status, _, errs = asked(t, dir)
		assert.Equal(t, exitDamage, status, errs)
		assert.T(t, strings.Contains(errs, "is not written yet: is the disk full?"), errs)
	}
	assert.Equal(t, nil, os.WriteFile(path, bytes.Repeat([]byte("x"), 10_000), 0o644))
	h := newState("").get(time.Now())
	h.Cluster, h.Durable = "c", 7
	assert.Equal(t, nil, writeStatus(path, h))
	info, err := os.Stat(path)
	assert.Equal(t, nil, err)
	assert.Equal(t, int64(statusBytes), info.Size())
	status, out, errs := asked(t, dir)
	assert.Equal(t, 0, status, errs)
	assert.T(t, strings.Contains(out, "cluster    c\n") && strings.Contains(out, "durable    7, as of "), out)
	h.LagSeconds = 5
	assert.Equal(t, nil, writeStatus(path, h))
	status, _, errs = asked(t, dir, "-max-lag", "4s")
	assert.T(t, status == exitDamage && strings.Contains(errs, "behind for 5 s"), errs)
}

// A status is of a tool that has the folder's lock.
func TestStatusOfTheDead(t *testing.T) {
	dir := t.TempDir()
	j, err := journal.Open(dir, journal.Config{Log: slog.New(slog.DiscardHandler)})
	assert.Equal(t, nil, err)
	h := newState("").get(time.Now())
	h.Durable = 7
	assert.Equal(t, nil, writeStatus(filepath.Join(dir, statusName), h))
	status, _, errs := asked(t, dir)
	assert.Equal(t, 0, status, errs)
	assert.Equal(t, nil, j.Close())
	status, _, errs = asked(t, dir)
	assert.T(t, status == exitDamage && strings.Contains(errs, "it does not run"), errs)
	assert.T(t, !journal.Locked(dir))
}

// The status tells how often the journal itself says that changes are missing; a first segment says nothing.
func TestGapsOfJournal(t *testing.T) {
	dir := t.TempDir()
	assert.Equal(t, nil, makeJournals(dir))
	for name, want := range map[string]int{"good": 0, "gap": 1} {
		a, err := journal.Read(filepath.Join(dir, name))
		assert.Equal(t, nil, err)
		s := newState("")
		s.survey(a)
		assert.Equal(t, want, s.get(time.Now()).JournalGaps)
		s.gap()
		h := s.get(time.Now())
		assert.T(t, h.JournalGaps == want+1 && h.Gaps == 1, h)
	}
}
