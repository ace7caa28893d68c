package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/bmizerany/assert"

	"github.com/ha/doozer/client"
)

// An import whose cluster is gone in the middle tells of each file what became of
// it, and what it says was written is there.
func TestImportFailsInTheMiddle(t *testing.T) {
	n, addr, end, err := serve()
	assert.Equal(t, nil, err)
	t.Cleanup(end)
	const all, taken = 500, 200
	var lines strings.Builder
	for i := range all {
		fmt.Fprintf(&lines, `{"path":"/%03d","value":"%d"}`+"\n", i, i)
	}
	n.takes.Store(taken + 1)
	var out, errs bytes.Buffer
	status := run([]string{"-a", addr, "import", "-", "/i"}, strings.NewReader(lines.String()), &out, &errs)
	assert.Equal(t, 127, status)

	n.alone.Store(false)
	c, err := client.Dial(t.Context(), addr)
	assert.Equal(t, nil, err)
	defer c.Close()
	count := map[string]int{}
	said := regexp.MustCompile(`(?m)^(written|unknown|not written) +(/i/\d+)( \d+)?$`)
	for _, m := range said.FindAllStringSubmatch(out.String(), -1) {
		count[m[1]]++
		_, rev, err := c.Stat(t.Context(), m[2])
		assert.Equal(t, nil, err)
		assert.Equal(t, m[1] == "written", rev > 0, m[0])
		assert.T(t, rev == 0 || fmt.Sprint(" ", rev) == m[3], m[0])
	}
	assert.Equal(t, taken, count["written"])
	assert.T(t, count["unknown"] > 0 && count["not written"] > 0, count)
	assert.Equal(t, all, taken+count["unknown"]+count["not written"])
	assert.Equal(t, fmt.Sprintf("doozer: not all files are there: %d written, %d unknown, %d not written: set ",
		taken, count["unknown"], count["not written"]), errs.String()[:strings.Index(errs.String(), "/i/")])
}

// A few files are one transaction: what is unknown of one is unknown of all, and a
// cluster that is there again has all of them, or none.
func TestImportAtOnceUnknown(t *testing.T) {
	n, addr, end, err := serve()
	assert.Equal(t, nil, err)
	t.Cleanup(end)
	lines := `{"path":"/a","value":"1"}` + "\n" + `{"path":"/b","value":"2"}` + "\n"
	var out, errs bytes.Buffer
	n.takes.Store(1) // the transaction itself is not taken
	status := run([]string{"-a", addr, "import", "-", "/i"}, strings.NewReader(lines), &out, &errs)
	assert.Equal(t, 127, status)
	assert.Equal(t, "unknown     /i/a\nunknown     /i/b\n", out.String())
	assert.Equal(t, "doozer: not all files are there: 0 written, 2 unknown, 0 not written: outcome unknown\n", errs.String())
}

// What somebody else writes after an import has looked is not overwritten: with -n
// it is left, with -f it is looked at anew, and else that is a failure.
func TestImportRaced(t *testing.T) {
	addr := mustServe(t)
	ctx := t.Context()
	c, err := client.Dial(ctx, addr)
	assert.Equal(t, nil, err)
	defer c.Close()
	for i, want := range []struct {
		plan
		outcome outcome
		value   string
	}{
		{plan{}, failed, "theirs"}, {plan{skip: true}, skipped, "theirs"}, {plan{force: true}, written, "ours"},
	} {
		for j, put := range []func(p *plan){
			func(p *plan) { p.files[0].result = p.put(ctx, c, &p.files[0]) },
			func(p *plan) { p.writeAtOnce(ctx, c) },
		} {
			p := want.plan
			path := fmt.Sprintf("/%d/%d", i, j)
			p.dir = "/"
			p.add(path, "", []byte("ours"))
			assert.Equal(t, nil, p.compare(ctx, c))
			_, err := c.Set(ctx, path, client.Missing, []byte("theirs"))
			assert.Equal(t, nil, err)
			put(&p)
			assert.Equal(t, want.outcome, p.files[0].outcome, i, j)
			value, _, err := c.Get(ctx, path)
			assert.Equal(t, nil, err)
			assert.Equal(t, want.value, string(value), i, j)
		}
	}
}

// A large folder takes long to read, and a signal ends that.
func TestReadFolderIsInterrupted(t *testing.T) {
	dir := t.TempDir()
	assert.Equal(t, nil, os.WriteFile(filepath.Join(dir, "a"), nil, 0o666))
	ctx, cancel := context.WithCancel(t.Context())
	var p plan
	assert.Equal(t, nil, p.readFolder(ctx, dir, "/x"))
	assert.Equal(t, 1, len(p.files))
	cancel()
	assert.Equal(t, errInterrupted, p.readFolder(ctx, dir, "/x"))
	assert.Equal(t, 1, len(p.files))
}
