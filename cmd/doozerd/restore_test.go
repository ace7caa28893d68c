package main

import (
	"context"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/bmizerany/assert"

	"github.com/ha/doozer/client"
	"github.com/ha/doozer/journal"
	"github.com/ha/doozer/store"
)

// saved is a snapshot of one file, as of some time.
func saved(t *testing.T, at time.Time) (path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "x.snap")
	h := &journal.Head{Cluster: "prod", Id: "AAAAAAAAAAAAAAAA", Rev: 500, Time: at.UnixNano(), Last: 700, LastTime: at.UnixNano()}
	err := journal.SaveSnapshot(path, h, func(yield func(store.File, error) bool) {
		_ = yield(store.File{Path: "/a", Value: []byte("x"), Rev: 300}, nil) && yield(store.File{Path: "/ctl/name", Value: []byte("prod"), Rev: 4}, nil)
	})
	assert.Equal(t, nil, err)
	return path
}

// A node that begins with a snapshot has its files, all at one revision far above, keeps the cluster's name, and says
// so if its clock is behind the snapshot's.
func TestRestore(t *testing.T) {
	for _, c := range []struct {
		age    time.Duration
		flags  string
		name   string
		margin int64
		warns  bool
	}{
		{0, "", "prod", 1_000_000_000, false},
		{time.Hour, "-c other", "other", 4_600_000_000, false},
		{-time.Hour, "", "prod", 1_000_000_000, true},
	} {
		path := saved(t, time.Now().Add(-c.age))
		out := new(output)
		ctx, stop := context.WithCancel(t.Context())
		status := make(chan int, 1)
		args := append([]string{"-l", "127.0.0.1:0", "-w", "false", "-restore", path}, strings.Fields(c.flags)...)
		go func() { status <- run(ctx, args, out, out) }()
		addr := ""
		for end := time.Now().Add(10 * time.Second); addr == "" && time.Now().Before(end); time.Sleep(time.Millisecond) {
			if _, rest, ok := strings.Cut(out.String(), `msg="doozerd serves" addr=`); ok {
				addr, _, _ = strings.Cut(rest, " ")
			}
		}
		cl, err := client.Dial(ctx, addr)
		assert.Equal(t, nil, err, out.String())
		value, rev, err := cl.Get(ctx, "/a")
		assert.Equal(t, nil, err)
		assert.Equal(t, "x", string(value))
		assert.T(t, rev >= 700+c.margin && rev < 700+c.margin+60_000_000, rev)
		name, _, err := cl.Get(ctx, "/ctl/name")
		assert.Equal(t, nil, err)
		assert.Equal(t, c.name, string(name))
		assert.Equal(t, c.warns, strings.Contains(out.String(), "than this machine's clock tells"), out.String())
		cl.Close()
		stop()
		assert.Equal(t, 0, <-status)
	}
}

// What is no snapshot is told before anything is begun.
func TestRestoreBad(t *testing.T) {
	path := saved(t, time.Now())
	for args, says := range map[string]string{
		"-restore " + t.TempDir():              "is a folder: doozer-backup restore makes a snapshot of it",
		"-restore " + path + "x":               "no such file",
		"-restore restore_test.go":             "not a file of a journal",
		"-a 127.0.0.1:1 -restore " + path:      "give one of them",
		"-c a/b -restore " + path:              "the cluster's name",
		"-l 127.0.0.1:0 -w x -restore " + path: "-w",
	} {
		status, out := exit(t, strings.Fields(args)...)
		assert.T(t, status == 1 || status == 2, args, out)
		assert.T(t, strings.Contains(out, says), args, out)
		assertOneLine(t, args, out)
	}
}
