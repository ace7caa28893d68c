package main

import (
	"bytes"
	"fmt"
	"io"
	"os"

	"golang.org/x/perf/benchfmt"
)

// figures are what a benchmark allocates for each operation.
type figures struct {
	pkg, name string
	allocs    float64
	bytes     float64
}

func (f *figures) String() string { return f.pkg + " Benchmark" + f.name }

// table has the benchmarks in the order in which they ran, each once.
type table []figures

func readTable(path string) (table, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("the table: %w", err)
	}
	defer f.Close()
	return parse(f, path)
}

// parse reads results as go test prints them. Of a benchmark that ran several times it keeps the highest figures.
func parse(r io.Reader, from string) (table, error) {
	var t table
	at := map[string]int{}
	results := benchfmt.NewReader(r, from)
	for results.Scan() {
		result, ok := results.Result().(*benchfmt.Result)
		if !ok {
			continue // a line of another tool's, or broken: what it was to tell is then missing
		}
		f, err := figuresOf(result)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", from, err)
		}
		i, known := at[f.String()]
		if !known {
			at[f.String()] = len(t)
			t = append(t, f)
			continue
		}
		t[i].allocs, t[i].bytes = max(t[i].allocs, f.allocs), max(t[i].bytes, f.bytes)
	}
	if err := results.Err(); err != nil {
		return nil, fmt.Errorf("%s: %w", from, err)
	}
	if len(t) == 0 {
		return nil, fmt.Errorf("%s has no benchmark", from)
	}
	return t, nil
}

func figuresOf(r *benchfmt.Result) (figures, error) {
	f := figures{pkg: r.GetConfig("pkg"), name: string(r.Name.Full())}
	var counted, sized bool
	f.allocs, counted = r.Value("allocs/op")
	f.bytes, sized = r.Value("B/op")
	if !counted || !sized {
		return f, fmt.Errorf("%s does not tell what it allocates: b.ReportAllocs is missing", &f)
	}
	return f, nil
}

// write writes the table so that benchstat can read it, too.
func (t table) write(path string) error {
	var b bytes.Buffer
	w := benchfmt.NewWriter(&b)
	for _, f := range t {
		r := &benchfmt.Result{
			Config: []benchfmt.Config{{Key: "pkg", Value: []byte(f.pkg), File: true}},
			Name:   benchfmt.Name(f.name),
			Iters:  count,
			Values: []benchfmt.Value{{Value: f.bytes, Unit: "B/op"}, {Value: f.allocs, Unit: "allocs/op"}},
		}
		if err := w.Write(r); err != nil {
			return fmt.Errorf("the table: %w", err)
		}
	}
	return os.WriteFile(path, b.Bytes(), 0o644)
}
