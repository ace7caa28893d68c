package main

import (
	"context"
	"os"
	"strings"

	"github.com/spf13/pflag"
)

func importVerb() verb {
	return verb{
		name: "import", args: "<dir|file.jsonl|-> <path>", min: 2, max: 2, tidies: true, formats: "json",
		brief: "write a folder's files into the tree",
		help: `Writes all files of a folder below <path>; or those of a file, or of standard
input, with JSON objects, one a line, as export and "doozer-backup export"
print them: "path", which is taken as below <path>, and "value" or "base64".

First everything is checked: if any path, value or line is wrong, or any file
is there already with another value (see -n, -f), nothing is written; of what
is wrong up to ten are told. A symbolic link in the folder is wrong, for it may
lead out of it; the folder itself may be named by one. A name is of A-Z a-z
0-9 . - and _.

A file that is there with the same value is fine, so an import that was
interrupted can be repeated. Up to 128 files, of 1 MiB together, are written by
one transaction: all, or none. Of more it may be that a part is written; then
it stops, and lists which files were written and which not. The exit status is
that of the first failure.

    $ doozer import conf.d /config
    3 files written, 0 there already, 0 skipped
`,
		setup: func(flags *pflag.FlagSet) action {
			var p plan
			p.flags(flags)
			return func(ctx context.Context, s *session, args []string) error {
				if err := p.collect(ctx, s, args[0], args[1]); err != nil {
					return err
				}
				if err := p.prepare(ctx, s.client); err != nil {
					return err
				}
				return p.write(ctx, s)
			}
		},
		complete: func(c *completing, args []string, word string) []string {
			if len(args) == 1 {
				return c.paths(word)
			}
			c.files = len(args) == 0
			return nil
		},
	}
}

// collect reads all files that are to go below dir.
func (p *plan) collect(ctx context.Context, s *session, from, dir string) error {
	if err := checkPath(dir, true); err != nil {
		return err
	}
	p.dir = dir
	under := strings.TrimSuffix(dir, "/")
	var err error
	switch info, statErr := os.Stat(from); {
	case from == "-":
		err = p.readLines(s.input(ctx), "standard input", under)
	case statErr != nil:
		err = statErr
	case info.IsDir():
		err = p.readFolder(ctx, from, under)
	default:
		err = p.readLines(openFile(ctx, from), from, under)
	}
	return nothingWritten(err)
}
