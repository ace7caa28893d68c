package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/spf13/pflag"
)

func exportVerb() verb {
	return verb{
		name: "export", args: "<path> <dir|file.jsonl|->", min: 2, max: 2, atRev: true, atNode: true, tidies: true,
		rev:   "write the files of that revision",
		brief: "write files of the tree into a folder",
		help: `Writes the file, or all files below the directory, as they are at one
revision, into a folder, or, with a name that ends in .jsonl, or with - to
standard output, as JSON objects, one a line: "path", "rev", and "value", or,
if that is no UTF-8, "base64". The paths are as if <path> were the root, so
import with the same <path> brings back what was exported, and of / it is what
"doozer-backup export" prints. /ctl is left out, unless it is asked for.

A folder that has anything in it, and a file that is there, is an error. A name
that no folder can have, . or .., is one too, before anything is written.

    $ doozer export /config conf.d
    3 files at revision 24
    $ doozer export /config/db -
    {"path":"/host","rev":21,"value":"localhost"}
`,
		setup: func(flags *pflag.FlagSet) action {
			force := flags.BoolP("f", "f", false, "write over files that are there")
			return func(ctx context.Context, s *session, args []string) error {
				return export(ctx, s, args[0], args[1], *force)
			}
		},
		complete: func(c *completing, args []string, word string) []string {
			if len(args) == 0 {
				return c.paths(word)
			}
			c.files = len(args) == 1
			return nil
		},
	}
}

func export(ctx context.Context, s *session, from, to string, force bool) error {
	if err := checkTarget(to, force); err != nil {
		return err
	}
	t, err := s.readSubtree(ctx, from)
	if err != nil {
		return err
	}
	t.leaveCtl()
	if t.single {
		t.path = path.Dir(t.path)
	}
	switch {
	case to == "-":
		return t.writeLines(s.out)
	case isLines(to):
		var text bytes.Buffer
		if err := t.writeLines(&text); err != nil {
			return err
		}
		err = writeOver(to, text.Bytes())
	default:
		err = t.writeFolder(ctx, to)
	}
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(s.out, "%s at revision %d\n", plural(len(t.files), "file", "files"), t.rev)
	return err
}

func isLines(name string) bool { return strings.HasSuffix(name, ".jsonl") }

// checkTarget refuses, before any work is done, a place where something is.
func checkTarget(to string, force bool) error {
	if to == "-" || force {
		return nil
	}
	var err error
	if isLines(to) {
		_, err = os.Lstat(to)
	} else {
		var names []os.DirEntry
		if names, err = os.ReadDir(to); err == nil && len(names) == 0 {
			return nil
		}
	}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err == nil:
		return usageError(to + " is there already: -f writes over it")
	}
	return err
}

func (t *subtree) writeLines(w io.Writer) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	for _, f := range t.files {
		if err := enc.Encode(entry{Path: t.relative(f.Path), Rev: &f.Rev, body: newBody(f.Value)}); err != nil {
			return err
		}
	}
	return nil
}

// writeOver writes a file, whole or not at all; that a link names it does not matter.
func writeOver(name string, text []byte) error {
	name, err := resolve(name)
	if err != nil {
		return err
	}
	return replaceFile(name, 0o666, text, func(string) error { return nil })
}

// writeFolder writes files into a folder, and cannot be led out of it.
func (t *subtree) writeFolder(ctx context.Context, folder string) error {
	for _, f := range t.files {
		if p := t.relative(f.Path); path.Clean(p) != p {
			return badName(fmt.Sprintf("nothing was written: %s: no file of a folder can have that name", f.Path))
		}
	}
	if err := os.MkdirAll(folder, 0o777); err != nil {
		return err
	}
	root, err := os.OpenRoot(folder)
	if err != nil {
		return err
	}
	defer root.Close()
	for i, f := range t.files {
		err := interruption(ctx)
		if err == nil {
			err = writeIn(root, t.relative(f.Path)[1:], f.Value)
		}
		if err != nil {
			return fmt.Errorf("only %d of %s were written: %w", i, plural(len(t.files), "file", "files"), err)
		}
	}
	return nil
}

// writeIn writes a file. What is in its place, and is no regular one, it does not open:
// that may take for ever.
func writeIn(root *os.Root, name string, value []byte) error {
	name = filepath.FromSlash(name)
	if st, err := root.Stat(name); err == nil && !st.Mode().IsRegular() {
		return notRegular(filepath.Join(root.Name(), name))
	}
	if dir := filepath.Dir(name); dir != "." {
		if err := root.MkdirAll(dir, 0o777); err != nil {
			return err
		}
	}
	return root.WriteFile(name, value, 0o666)
}
