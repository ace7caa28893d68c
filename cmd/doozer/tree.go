package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/ha/doozer/client"
)

func treeVerb() verb {
	return verb{
		name: "tree", args: "[path]", max: 1, atRev: true, atNode: true, formats: "json",
		brief: "draw a directory and all below it",
		help: `Draws the files and directories below the path, else below the root, as tree(1)
does; all are as of one revision. With -o json, the files as find prints them.

    $ doozer tree /config
    /config
    ├── db
    │   ├── host
    │   └── port
    └── title

    1 directory, 3 files
`,
		run: tree,
	}
}

func tree(ctx context.Context, s *session, args []string) error {
	path := "/"
	if len(args) > 0 {
		path = args[0]
	}
	t, err := s.readSubtree(ctx, path)
	if err != nil {
		return err
	}
	if s.format == inJSON {
		for _, f := range t.files {
			if err := s.printFound(f); err != nil {
				return err
			}
		}
		return nil
	}
	d := drawing{s: s}
	d.root(t)
	_, err = fmt.Fprintf(s.out, "\n%s, %s\n", plural(d.dirs, "directory", "directories"), plural(d.files, "file", "files"))
	return err
}

// drawing is a tree that is being drawn.
type drawing struct {
	s           *session
	dirs, files int
}

func (d *drawing) root(t *subtree) {
	if t.single {
		d.files++
		fmt.Fprintln(d.s.out, t.path)
		return
	}
	fmt.Fprintln(d.s.out, d.s.color.dir(t.path))
	d.inside(inside(t.path), "", t.files)
}

// inside draws what is in a directory: files are those below it, in order, so
// that those of one entry are neighbours.
func (d *drawing) inside(dir, indent string, files []client.File) {
	for len(files) > 0 {
		name, _, deeper := strings.Cut(files[0].Path[len(dir):], "/")
		n := below(files, dir+name)
		branch, more := "├── ", "│   "
		if n == len(files) {
			branch, more = "└── ", "    "
		}
		d.s.out.WriteString(indent + branch)
		if deeper {
			d.dirs++
			fmt.Fprintln(d.s.out, d.s.color.dir(name))
			d.inside(dir+name+"/", indent+more, files[:n])
		} else {
			d.files++
			fmt.Fprintln(d.s.out, name)
		}
		files = files[n:]
	}
}

// below counts the files at the front that are path or in it.
func below(files []client.File, path string) int {
	for i, f := range files {
		if f.Path != path && !strings.HasPrefix(f.Path, path+"/") {
			return i
		}
	}
	return len(files)
}

// plural is "1 file", "2 files".
func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}
