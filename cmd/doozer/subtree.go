package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/ha/doozer/client"
	"github.com/ha/doozer/store"
)

// subtree is a file, or all files below a directory, as of one revision.
type subtree struct {
	path   string
	rev    int64
	single bool          // path is a file
	files  []client.File // in order; their paths are whole
}

// readSubtree reads what is at path, as of -r or else the present revision. It is
// an error if nothing is there, unless it is the root.
func (s *session) readSubtree(ctx context.Context, path string) (*subtree, error) {
	t := &subtree{path: path}
	at, err := s.moment(ctx)
	if err != nil {
		return nil, as(path, err)
	}
	t.rev = at
	opts := s.at()
	if s.rev == nil && at > 0 {
		opts = append(opts, client.At(at))
	}
	_, rev, err := s.client.Stat(ctx, path, opts...)
	switch {
	case err != nil:
		return nil, as(path, err)
	case rev == client.Missing && path != "/" && s.rev != nil:
		return nil, fmt.Errorf("%s: %w as of revision %d", path, client.ErrNoEnt, at)
	case rev == client.Missing && path != "/":
		return nil, fmt.Errorf("%s: %w", path, client.ErrNoEnt)
	}
	t.single = rev > 0
	for f, err := range s.client.Walk(ctx, t.glob(), opts...) {
		if err != nil {
			return nil, as(path, err)
		}
		t.files = append(t.files, f)
	}
	return t, nil
}

// moment is the revision that a verb reads at.
func (s *session) moment(ctx context.Context) (int64, error) {
	if s.rev != nil {
		return *s.rev, nil
	}
	return s.client.Rev(ctx, s.at()...)
}

func (t *subtree) glob() string {
	if t.single {
		return t.path
	}
	return inside(t.path) + "**"
}

// relative is a file's path as it would be if the subtree were the root: "/a/b";
// of the subtree that is a file itself, "".
func (t *subtree) relative(path string) string {
	return strings.TrimPrefix(path, strings.TrimSuffix(t.path, "/"))
}

// leaveCtl drops what the cluster keeps for itself, unless that is what was asked for.
func (t *subtree) leaveCtl() {
	if isCtl(t.path) {
		return
	}
	var others []client.File
	for _, f := range t.files {
		if !isCtl(f.Path) {
			others = append(others, f)
		}
	}
	t.files = others
}

// inside is what the paths in a directory begin with.
func inside(dir string) string { return strings.TrimSuffix(dir, "/") + "/" }

func isCtl(path string) bool { return path == "/ctl" || strings.HasPrefix(path, "/ctl/") }

// checkPath is an error if path is none; the root is one only if that is of use.
func checkPath(path string, root bool) error {
	if path == "/" && root {
		return nil
	}
	if path == "/" || store.CheckPath(path) != nil {
		return fmt.Errorf("%.100q: %w", path, client.ErrBadPath)
	}
	return nil
}
