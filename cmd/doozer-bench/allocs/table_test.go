package main

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/bmizerany/assert"
)

const output = `goos: linux
goarch: amd64
pkg: example.org/a
cpu: whatever
BenchmarkX/of=set/batch=16 	    4096	       201.5 ns/op	       203.6 cpu-ns/op	      90 B/op	       1 allocs/op
BenchmarkX/of=set/batch=16 	    4096	       191.5 ns/op	       203.6 cpu-ns/op	      80 B/op	       2 allocs/op
PASS
ok  	example.org/a	0.1s
pkg: example.org/b
BenchmarkX/of=set/batch=16 	    4096	       201.5 ns/op	       0 B/op	       0 allocs/op
PASS
ok  	example.org/b	0.1s
`

func TestParse(t *testing.T) {
	got, err := parse(strings.NewReader(output), "here")
	assert.Equal(t, nil, err)
	want := table{
		{pkg: "example.org/a", name: "X/of=set/batch=16", allocs: 2, bytes: 90}, // the highest
		{pkg: "example.org/b", name: "X/of=set/batch=16"},
	}
	assert.Equal(t, want, got)
}

// What is written is read again as it was.
func TestWrite(t *testing.T) {
	want, err := parse(strings.NewReader(output), "here")
	assert.Equal(t, nil, err)
	path := filepath.Join(t.TempDir(), "table")
	assert.Equal(t, nil, want.write(path))
	got, err := readTable(path)
	assert.Equal(t, nil, err)
	assert.Equal(t, want, got)
}

func TestParseRefuses(t *testing.T) {
	for name, text := range map[string]string{
		"b.ReportAllocs is missing": "pkg: a\nBenchmarkX 4096 201.5 ns/op\n",
		"has no benchmark":          "pkg: a\nPASS\n",
	} {
		_, err := parse(strings.NewReader(text), "here")
		assert.T(t, err != nil && strings.Contains(err.Error(), name), name, err)
	}
}

// The table that is kept is one, and has all packages.
func TestKeptTable(t *testing.T) {
	kept, err := readTable(filepath.Join("../../..", tablePath))
	assert.Equal(t, nil, err)
	has := map[string]bool{}
	for _, f := range kept {
		has[strings.TrimPrefix(f.pkg, "github.com/ha/doozer")] = true
	}
	for _, p := range packages {
		assert.T(t, has[strings.TrimPrefix(p, ".")], p)
	}
}
