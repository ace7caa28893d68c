package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"os"
	"path"
	"slices"
	"strings"
	"text/template"

	"github.com/ha/doozer/client"
	"github.com/ha/doozer/store"
)

// file is a file as a template sees it.
type file struct {
	Path  string
	Value string
	Rev   int64
}

// functions are what a template can use: all that is of the tree comes from l.
func functions(l *live) template.FuncMap {
	return template.FuncMap{
		"get":      l.get,
		"getv":     l.getv,
		"gets":     l.gets,
		"getvs":    l.getvs,
		"exists":   l.exists,
		"ls":       func(dir string) ([]string, error) { return l.names(dir, false) },
		"lsdir":    func(dir string) ([]string, error) { return l.names(dir, true) },
		"json":     parseJSON,
		"env":      os.Getenv,
		"base":     path.Base,
		"dir":      path.Dir,
		"join":     func(list []string, sep string) string { return strings.Join(list, sep) },
		"split":    strings.Split,
		"replace":  strings.ReplaceAll,
		"trim":     strings.TrimSpace,
		"upper":    strings.ToUpper,
		"lower":    strings.ToLower,
		"contains": strings.Contains,
	}
}

func newFile(f client.File) file { return file{f.Path, string(f.Value), f.Rev} }

// look is the file at path, and whether there is one. A path that is none, or that the
// glob does not let a template see, is an error: it is not as if no file were there.
func (l *live) look(path string) (client.File, bool, error) {
	if err := checkPath(path, false); err != nil {
		return client.File{}, false, err
	}
	if !l.sees(path) {
		return client.File{}, false, fmt.Errorf("%s is outside of -glob %s", path, cmp.Or(l.glob, "(default: all outside of /ctl)"))
	}
	f, ok := l.files[path]
	return f, ok, nil
}

// sees reports whether the file at path would be among the files if it were there.
func (l *live) sees(path string) bool {
	if l.glob == "" {
		return !isCtl(path)
	}
	g, err := store.CompileGlob(l.glob)
	return err == nil && g.Match(path)
}

func (l *live) exists(path string) (bool, error) {
	_, ok, err := l.look(path)
	return ok, err
}

func (l *live) get(path string) (file, error) {
	f, ok, err := l.look(path)
	if err == nil && !ok {
		err = fmt.Errorf("%s: %w", path, client.ErrNoEnt)
	}
	return newFile(f), err
}

func (l *live) getv(path string, other ...string) (string, error) {
	f, ok, err := l.look(path)
	switch {
	case err != nil || ok:
		return string(f.Value), err
	case len(other) > 0:
		return other[0], nil
	}
	return "", fmt.Errorf("%s: %w", path, client.ErrNoEnt)
}

func (l *live) gets(glob string) (list []file, err error) {
	g, err := store.CompileGlob(glob)
	if err != nil {
		return nil, fmt.Errorf("%q: %w", glob, client.ErrBadPath)
	}
	for path, f := range l.files {
		if g.Match(path) {
			list = append(list, newFile(f))
		}
	}
	slices.SortFunc(list, func(a, b file) int { return strings.Compare(inside(a.Path), inside(b.Path)) })
	return list, nil
}

func (l *live) getvs(glob string) (values []string, err error) {
	list, err := l.gets(glob)
	for _, f := range list {
		values = append(values, f.Value)
	}
	return values, err
}

// names are those in a directory, or those of the directories in it.
func (l *live) names(dir string, dirs bool) (list []string, err error) {
	if err := checkPath(parentDir(dir), true); err != nil {
		return nil, err
	}
	for path := range l.files {
		rest, ok := strings.CutPrefix(path, inside(dir))
		if !ok {
			continue
		}
		if name, _, isDir := strings.Cut(rest, "/"); isDir || !dirs {
			list = append(list, name)
		}
	}
	slices.Sort(list)
	return slices.Compact(list), nil
}

func parseJSON(text string) (v any, err error) {
	err = json.Unmarshal([]byte(text), &v)
	return v, err
}
