package main

import (
	"context"
	"errors"
	"math"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/bmizerany/assert"

	"github.com/ha/doozer/journal"
	"github.com/ha/doozer/store"
)

// tree is what a journal in a folder ends with.
func tree(t *testing.T, dir string) *journal.Tree {
	a, err := journal.Read(dir)
	assert.Equal(t, nil, err)
	rev, _, err := a.End()
	assert.Equal(t, nil, err)
	got, err := a.At(rev, nil)
	assert.Equal(t, nil, err)
	return got
}

func TestJournalToRestore(t *testing.T) {
	all, err := store.CompileGlob("/**")
	assert.Equal(t, nil, err)
	for _, r := range []*restore{{records: 1000, paths: 1000}, {records: 1000, paths: 7}} {
		dir, out := filepath.Join(t.TempDir(), "journal"), filepath.Join(t.TempDir(), "tree.snap")
		assert.Equal(t, nil, r.write(dir))
		n, err := countChanges(dir)
		assert.Equal(t, nil, err)
		assert.Equal(t, r.records, n)
		got := tree(t, dir)
		assert.Equal(t, nil, journal.SaveSnapshot(out, got.Head, got.Match(all)))
		assert.Equal(t, nil, r.check(out))
		delete(got.Files, "/bench/f000003")
		assert.Equal(t, nil, journal.SaveSnapshot(out, got.Head, got.Match(all)))
		assert.NotEqual(t, nil, r.check(out))
	}
}

func TestCountChangesFindsDamage(t *testing.T) {
	dir := t.TempDir()
	assert.Equal(t, nil, (&restore{records: 1000, paths: 10}).write(dir))
	a, err := journal.Read(dir)
	assert.Equal(t, nil, err)
	path := a.Segments[0].Path
	b, err := os.ReadFile(path)
	assert.Equal(t, nil, err)
	b[len(b)/2] ^= 1
	assert.Equal(t, nil, os.WriteFile(path, b, 0o600))
	_, err = countChanges(dir)
	_, damaged := err.(*journal.Damage)
	assert.T(t, damaged, err)
}

func TestRestoreRate(t *testing.T) {
	r := &restore{records: 100, times: []time.Duration{time.Second, 2 * time.Second, 4 * time.Second}}
	assert.Equal(t, 50.0, r.rate())
}

func TestStatusURL(t *testing.T) {
	line := `time=2026-11-24T19:09:12.660Z level=INFO msg="serves metrics" url=http://127.0.0.1:43755/metrics`
	assert.Equal(t, []string{"url=http://127.0.0.1:43755/metrics", "http://127.0.0.1:43755"}, statusURL.FindStringSubmatch(line))
	assert.T(t, statusURL.FindStringSubmatch(line[:len(line)-4]) == nil) // it is not written to its end yet
}

func TestHealth(t *testing.T) {
	for body, exp := range map[string]health{
		`{"durable_rev": 42, "gaps": 1, "error": ""}`: {Durable: 42, Gaps: 1},
		`{"durable_rev": 9007199254740993}`:           {Durable: 1<<53 + 1},
	} {
		srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte(body)) }))
		got, err := (&tool{proc: &process{stderr: &tail{}}, url: srv.URL}).health(t.Context())
		assert.Equal(t, nil, err)
		assert.Equal(t, exp, got)
		srv.Close()
	}
}

func TestRunTool(t *testing.T) {
	assert.Equal(t, nil, runTool(t.Context(), "sh", "-c", "exit 0"))
	err := runTool(t.Context(), "sh", "-c", "echo why >&2; exit 3")
	assert.T(t, err != nil)
	assert.Equal(t, "sh -c: exit status 3: why", err.Error())
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	assert.T(t, errors.Is(runTool(ctx, "sh", "-c", "read x"), context.Canceled))
}

func TestDuring(t *testing.T) {
	l := echoLoad(t, serve(t, echo))
	l.time = math.MaxInt32 * time.Second
	worked := false
	assert.Equal(t, nil, during(t.Context(), l, func(ctx context.Context) error {
		worked = ctx.Err() == nil
		return nil
	}))
	assert.T(t, worked)

	failed := errors.New("failed")
	err := during(t.Context(), l, func(context.Context) error { return failed })
	assert.T(t, errors.Is(err, failed), err)
}

// Work under a load is worth nothing once the load has failed, or is over.
func TestDuringWithoutLoad(t *testing.T) {
	mute := echoLoad(t, serve(t, func(l *link) error { return l.read() }))
	brief := echoLoad(t, serve(t, echo))
	for name, l := range map[string]load{"failed": mute, "over": brief} {
		err := during(t.Context(), l, func(ctx context.Context) error {
			<-ctx.Done()
			return nil
		})
		assert.NotEqual(t, nil, err, name)
	}
}
