package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
)

// bench is what all sections share.
type bench struct {
	options
	progress io.Writer
}

func (b *bench) say(format string, args ...any) { fmt.Fprintf(b.progress, format+"\n", args...) }

// part is what a section measured.
type part interface {
	goals() []goal
	write(page *strings.Builder)
}

// section is a part of the benchmark, with the names that -only knows it by.
type section struct {
	names   []string
	measure func(context.Context, *bench) (part, error)
}

// measured makes a section of a function that returns a part of its own type.
func measured[P part](measure func(context.Context, *bench) (P, error), names ...string) section {
	return section{names, func(ctx context.Context, b *bench) (part, error) { return measure(ctx, b) }}
}

// sections are all, in the order of the page.
func sections() []section {
	return []section{
		measured(measureSuite, "set", "get"),
		measured(measureWatch, "watch"),
		measured(measureIdleWatches, "idlewatch"),
		measured(measureKills, "kill"),
		measured(measureSizes, "sizes"),
		measured(measureMemory, "memory"),
		measured(measureAttach, "attach"),
		measured(measureMembers, "members"),
		measured(measureIdle, "idle"),
		measured(measureSessions, "sessions"),
		measured(measureClients, "clients"),
		measured(measureFollowers, "followers"),
		measured(measureBackup, "backup"),
	}
}

// names are all that -only knows.
func names(all []section) (names []string) {
	for _, s := range all {
		names = append(names, s.names...)
	}
	return names
}

// only is the sections that are wanted; empty: all.
type only []string

func (o only) String() string { return strings.Join(o, ",") }

// Set is for package flag.
func (o *only) Set(list string) error {
	known := names(sections())
	for name := range strings.SplitSeq(list, ",") {
		if !slices.Contains(known, name) {
			return fmt.Errorf("there is no %q; there are %s", name, strings.Join(known, ", "))
		}
		*o = append(*o, name)
	}
	return nil
}

func (o only) wants(names ...string) bool {
	return len(o) == 0 || slices.ContainsFunc(names, func(n string) bool { return slices.Contains(o, n) })
}

// measureAll measures the wanted sections one after the other. One that fails has its error for a part, and the others
// go on, until the context ends.
func measureAll(ctx context.Context, b *bench, all []section) (parts []part, err error) {
	for _, s := range all {
		if !b.only.wants(s.names...) || ctx.Err() != nil {
			continue
		}
		begun, name := time.Now(), strings.Join(s.names, ", ")
		p, failed := s.measure(ctx, b)
		if failed != nil {
			failed = fmt.Errorf("%s: %w", name, failed)
			p, err = failure{failed}, errors.Join(err, failed)
		}
		b.say("%s done, in %v", name, time.Since(begun).Round(time.Second))
		parts = append(parts, p)
	}
	return parts, errors.Join(err, context.Cause(ctx))
}

// failure is the part of a section that failed.
type failure struct{ err error }

func (failure) goals() []goal { return nil }

func (f failure) write(page *strings.Builder) {
	fmt.Fprintf(page, "## Not measured\n\n%v\n", f.err)
}
