package main

import (
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
		"exists":   func(path string) bool { _, ok := l.files[path]; return ok },
		"ls":       func(dir string) []string { return l.names(dir, false) },
		"lsdir":    func(dir string) []string { return l.names(dir, true) },
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

func (l *live) get(path string) (file, error) {
	f, ok := l.files[path]
	if !ok {
		return file{}, fmt.Errorf("%s: %w", path, client.ErrNoEnt)
	}
	return newFile(f), nil
}

func (l *live) getv(path string, other ...string) (string, error) {
	f, err := l.get(path)
	if err != nil && len(other) > 0 {
		return other[0], nil
	}
	return f.Value, err
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
func (l *live) names(dir string, dirs bool) (list []string) {
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
	return slices.Compact(list)
}

func parseJSON(text string) (v any, err error) {
	err = json.Unmarshal([]byte(text), &v)
	return v, err
}
