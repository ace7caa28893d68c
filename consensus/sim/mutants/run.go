package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
)

// bench is where mutants are built and run.
type bench struct {
	root   string // of the module
	dir    string // for what is built
	starts int    // independent beginnings
	limit  int    // schedules from each
}

// outcome is how a mutant fared.
type outcome struct {
	found  []int          // of each start the schedules it took; those that found nothing are lacking
	starts int            // that were tried
	by     map[string]int // what caught it, how often
	script bool           // its script did
	err    error
}

// moduleRoot is where the module of the working directory lies.
func moduleRoot(ctx context.Context) (string, error) {
	out, err := exec.CommandContext(ctx, "go", "list", "-m", "-f", "{{.Dir}}").Output()
	if err != nil {
		return "", fmt.Errorf("where the module is: %w", err)
	}
	return strings.TrimSpace(string(out)), nil
}

// try plants m, and runs schedules from every start until one fails. Once half
// of the starts found nothing there is no median, and it gives up.
func (b *bench) try(ctx context.Context, m *mutant) outcome {
	out := outcome{by: make(map[string]int)}
	dir, err := os.MkdirTemp(b.dir, "mutant")
	if err != nil {
		return outcome{err: err}
	}
	defer os.RemoveAll(dir)
	overlay, err := b.overlay(dir, m)
	if err != nil {
		return outcome{err: err}
	}
	probe := filepath.Join(dir, "probe")
	if err := b.run(ctx, nil, "go", "build", "-overlay", overlay, "-o", probe, "./consensus/sim/mutants/probe"); err != nil {
		return outcome{err: fmt.Errorf("%s: %w", m.name, err)}
	}
	for i := range b.starts {
		v, err := b.probe(ctx, probe, 1+uint64(i)*1_000_000)
		if err != nil {
			return outcome{err: fmt.Errorf("%s: %w", m.name, err)}
		}
		out.starts++
		if v.Err != "" {
			out.found = append(out.found, v.Schedules)
			out.by[judge(v.Err)]++
		}
		if 2*(out.starts-len(out.found)) > b.starts {
			break
		}
	}
	if m.script != "" {
		out.script, out.err = b.script(ctx, overlay, m)
	}
	return out
}

// overlay writes m's files, and says to the go command where they are.
func (b *bench) overlay(dir string, m *mutant) (string, error) {
	files, err := m.plant(b.root)
	if err != nil {
		return "", err
	}
	replace := make(map[string]string)
	for path, text := range files {
		to := filepath.Join(dir, strconv.Itoa(len(replace))+".go")
		if err := os.WriteFile(to, []byte(text), 0o600); err != nil {
			return "", err
		}
		replace[path] = to
	}
	text, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		return "", err
	}
	overlay := filepath.Join(dir, "overlay.json")
	return overlay, os.WriteFile(overlay, text, 0o600)
}

// verdict is what a probe prints.
type verdict struct {
	Schedules int
	Err       string
}

func (b *bench) probe(ctx context.Context, path string, first uint64) (verdict, error) {
	var v verdict
	var out bytes.Buffer
	err := b.run(ctx, &out, path, "-first", strconv.FormatUint(first, 10), "-count", strconv.Itoa(b.limit))
	if err != nil {
		return v, err
	}
	return v, json.Unmarshal(out.Bytes(), &v)
}

// script reports whether m's script fails, and nothing but it.
func (b *bench) script(ctx context.Context, overlay string, m *mutant) (bool, error) {
	var out bytes.Buffer
	err := b.run(ctx, &out, "go", "test", "-overlay", overlay, "-run", "^"+m.script+"$", "./consensus", "./consensus/sim")
	failed := strings.Contains(out.String(), "--- FAIL: "+m.script)
	if err != nil && !failed {
		return false, fmt.Errorf("%s: %w\n%s", m.name, err, out.String())
	}
	return failed, nil
}

func (b *bench) run(ctx context.Context, out *bytes.Buffer, name string, args ...string) error {
	var said bytes.Buffer
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir, cmd.Stderr = b.root, &said
	if out != nil {
		cmd.Stdout = out
	}
	err := cmd.Run()
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) {
		return fmt.Errorf("%s: %w\n%s", filepath.Base(name), err, said.String())
	}
	return err
}

// judge tells from what a schedule failed with who caught it.
func judge(err string) string {
	if _, after, ok := strings.Cut(err, "ms: "); ok && strings.HasPrefix(err, "at ") {
		err = after
	}
	kind, _, _ := strings.Cut(err, ":")
	switch kind {
	case "agreement", "validity", "order", "stale read", "linearizability", "watch", "tree", "liveness", "storm", "hang":
		return kind
	case "panic":
		if strings.HasPrefix(err, "panic: consensus:") {
			return "assertion"
		}
		return "crash"
	}
	return "conduct"
}
