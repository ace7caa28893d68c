package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/pflag"

	"github.com/ha/doozer/client"
	"github.com/ha/doozer/store"
)

func importVerb() verb {
	return verb{
		name: "import", args: "<dir|file.jsonl|-> <path>", min: 2, max: 2, tidies: true, formats: "json",
		brief: "write files of this machine into the tree",
		help: `Writes all files of a folder below <path>; or those of a file, or of standard
input, with JSON objects, one a line, as export and "doozer-backup export" print
them: "path", which is taken as below <path>, and "value" or "base64".

First everything is checked: if any path, value or line is wrong, or any file is
there already with another value (see -n, -f), nothing is written. A file that is
there with the same value is fine, so an import that was interrupted can be
repeated. Up to 128 files, of 2 MiB together, are written by one transaction: all,
or none. Of more it may be that a part is written; then it stops, and lists which
files were written and which not. The exit status is that of the first failure.

    $ doozer import conf.d /config
    3 files written, 0 there already, 0 skipped
`,
		setup: func(flags *pflag.FlagSet) action {
			var p plan
			p.flags(flags)
			return func(ctx context.Context, s *session, args []string) error {
				if err := p.collect(s, args[0], args[1]); err != nil {
					return err
				}
				if err := p.compare(ctx, s.client); err != nil {
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

// collect reads all files, and checks that they can be written below dir.
func (p *plan) collect(s *session, from, dir string) error {
	if err := checkPath(dir, true); err != nil {
		return err
	}
	p.dir = dir
	under := strings.TrimSuffix(dir, "/")
	var err error
	switch info, statErr := os.Stat(from); {
	case from == "-":
		err = p.readLines(s.in, "standard input", under)
	case statErr != nil:
		return statErr
	case info.IsDir():
		err = p.readFolder(from, under)
	default:
		err = p.readFile(from, under)
	}
	if err != nil {
		return fmt.Errorf("nothing was written: %w", err)
	}
	return p.check()
}

// readFolder reads the files of a folder. What is neither file nor folder, as a
// link, is an error.
func (p *plan) readFolder(folder, under string) error {
	return filepath.WalkDir(folder, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		if !d.Type().IsRegular() {
			return dataError(name + " is neither a file nor a folder")
		}
		rel, err := filepath.Rel(folder, name)
		if err != nil {
			return err
		}
		path := under + "/" + filepath.ToSlash(rel)
		if err := checkPath(path, false); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		value, err := readValue(name)
		p.add(path, name, value)
		return err
	})
}

// readValue reads a file that can be a value.
func readValue(name string) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	value, err := io.ReadAll(io.LimitReader(f, store.MaxValue+1))
	if err == nil && len(value) > store.MaxValue {
		err = fmt.Errorf("%s: %w", name, client.ErrValueTooLarge)
	}
	return value, err
}

func (p *plan) readFile(name, under string) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	return p.readLines(f, name, under)
}

// mostLine is more than a value takes in a line, written in the longest way.
const mostLine = 8 * store.MaxValue

func (p *plan) readLines(in io.Reader, name, under string) error {
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, mostLine)
	n := 0
	for lines.Scan() {
		n++
		if len(strings.TrimSpace(lines.Text())) == 0 {
			continue
		}
		where := fmt.Sprintf("%s, line %d", name, n)
		if err := p.addLine(lines.Bytes(), where, under); err != nil {
			return fmt.Errorf("%s: %w", where, err)
		}
	}
	if lines.Err() == bufio.ErrTooLong {
		return fmt.Errorf("%s, line %d: %w", name, n+1, client.ErrValueTooLarge)
	}
	return lines.Err()
}

// addLine adds a file that is an object.
func (p *plan) addLine(line []byte, where, under string) error {
	var e entry
	if err := json.Unmarshal(line, &e); err != nil {
		return dataError(err.Error())
	}
	switch {
	case e.Path == "":
		return dataError(`there is no "path"`)
	case e.Value == nil && e.Base64 == nil:
		return dataError(`there is neither a "value" nor "base64"`)
	case e.Value != nil && e.Base64 != nil:
		return dataError(`there are a "value" and "base64"`)
	}
	if err := checkPath(e.Path, false); err != nil {
		return err
	}
	p.add(under+e.Path, where, e.bytes())
	return nil
}
