package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"github.com/ha/doozer/client"
	"github.com/ha/doozer/store"
)

// plan is files that are to be written into the tree, and what is known of the
// places where they will go.
type plan struct {
	dir   string // what they go below
	files []planned
	skip  bool // what is there stays
	force bool // what is there is overwritten
}

// planned is one of them.
type planned struct {
	path  string
	value []byte
	from  string // where it is from, for people
	known int64  // the revision of what is there
	result
}

func (p *plan) flags(fs *pflag.FlagSet) {
	fs.BoolVarP(&p.skip, "n", "n", false, "leave files that are there as they are")
	fs.BoolVarP(&p.force, "f", "f", false, "overwrite files that are there")
}

func (p *plan) add(path, from string, value []byte) {
	p.files = append(p.files, planned{path: path, from: from, value: value})
}

// prepare checks all that can be known before the first write. Its error says that
// nothing was written.
func (p *plan) prepare(ctx context.Context, c *client.Client) error {
	err := p.check()
	if err == nil {
		err = p.compare(ctx, c)
	}
	return nothingWritten(err)
}

func nothingWritten(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("nothing was written: %w", err)
}

// check is an error if any file cannot be written, whatever is in the tree.
func (p *plan) check() error {
	if p.skip && p.force {
		return usageError("-n or -f?")
	}
	var wrong problems
	slices.SortStableFunc(p.files, func(a, b planned) int { return strings.Compare(inside(a.path), inside(b.path)) })
	for i := range p.files {
		f := &p.files[i]
		err := f.check()
		if err == nil && i > 0 && f.path == p.files[i-1].path {
			err = dataError("it is there twice")
		}
		if err == nil && i > 0 && strings.HasPrefix(f.path, inside(p.files[i-1].path)) {
			err = fmt.Errorf("%s: %w", p.files[i-1].path, client.ErrNotDir)
		}
		if err != nil {
			wrong.add(fmt.Errorf("%s: %w", f.from, err))
		}
	}
	return wrong.err()
}

func (f *planned) check() error {
	switch {
	case isCtl(f.path):
		return usageError(f.path + ": the cluster keeps /ctl for itself")
	case len(f.value) > store.MaxValue:
		return client.ErrValueTooLarge
	}
	return checkPath(f.path, false)
}

// compare looks at what is in the tree already, at one revision. A file that is
// there with the value that it is to have is done; another one is what -n and -f are
// about.
func (p *plan) compare(ctx context.Context, c *client.Client) error {
	there, err := look(ctx, c, p.dir)
	if err != nil {
		return err
	}
	var conflicts []string
	for i := range p.files {
		f := &p.files[i]
		if err := there.room(f.path); err != nil {
			return fmt.Errorf("%s: %w", f.path, err)
		}
		old, ok := there.files[f.path]
		switch f.known = old.Rev; {
		case !ok:
		case string(old.Value) == string(f.value):
			f.outcome = already
		case p.skip:
			f.outcome = skipped
		case !p.force:
			conflicts = append(conflicts, f.path)
		}
	}
	if len(conflicts) > 0 {
		return fmt.Errorf("%s there already with another value, as %s (-n leaves such, -f overwrites them): %w",
			plural(len(conflicts), "file is", "files are"), conflicts[0], client.ErrRevMismatch)
	}
	return nil
}

// scene is what is in the tree where files are to go.
type scene struct {
	files map[string]client.File
	dirs  map[string]bool
}

func look(ctx context.Context, c *client.Client, dir string) (*scene, error) {
	rev, err := c.Rev(ctx)
	if err != nil || rev == 0 {
		return &scene{}, err
	}
	v := &scene{files: map[string]client.File{}, dirs: map[string]bool{}}
	globs := []string{inside(dir) + "**"}
	for d := strings.TrimSuffix(dir, "/"); d != ""; d = d[:strings.LastIndex(d, "/")] {
		globs = append(globs, d) // a file may be in the way
	}
	for _, g := range globs {
		for f, err := range c.Walk(ctx, g, client.At(rev)) {
			if err != nil {
				return nil, err
			}
			v.files[f.Path] = f
			for d := f.Path; d != ""; {
				d = d[:strings.LastIndex(d, "/")]
				v.dirs[d] = true
			}
		}
	}
	return v, nil
}

// room is an error if a file cannot be at path.
func (v *scene) room(path string) error {
	if v.dirs[path] {
		return client.ErrIsDir
	}
	for d := path[:strings.LastIndex(path, "/")]; d != ""; d = d[:strings.LastIndex(d, "/")] {
		if _, ok := v.files[d]; ok {
			return fmt.Errorf("%s: %w", d, client.ErrNotDir)
		}
	}
	return nil
}
