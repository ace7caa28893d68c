package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/ha/doozer/client"
	"github.com/ha/doozer/store"
)

// readFolder reads the files of a folder, which may be named by a link, until ctx ends.
// Its error is all that cannot be written.
func (p *plan) readFolder(ctx context.Context, folder, under string) error {
	folder, err := filepath.EvalSymlinks(folder)
	if err != nil {
		return err
	}
	var wrong problems
	err = filepath.WalkDir(folder, func(name string, d fs.DirEntry, err error) error {
		if err == nil {
			err = interruption(ctx)
		}
		if err != nil || d.IsDir() {
			return err
		}
		rel, err := filepath.Rel(folder, name)
		if err == nil {
			err = p.readFile(name, under+"/"+filepath.ToSlash(rel), d.Type())
		}
		wrong.add(err)
		return nil
	})
	if err != nil {
		return err
	}
	return wrong.err()
}

// readFile adds what is in a folder. What is neither a file nor a folder, as a link, is an
// error.
func (p *plan) readFile(name, path string, mode fs.FileMode) error {
	switch {
	case mode&fs.ModeSymlink != 0:
		return dataError(name + " is a symbolic link, and none is followed")
	case !mode.IsRegular():
		return dataError(name + " is neither a file nor a folder")
	}
	if err := checkPath(path, false); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	value, err := readValue(name)
	if err == nil {
		p.add(path, name, value)
	}
	return err
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

// mostLine is more than a value takes in a line, written in the longest way.
const mostLine = 8 * store.MaxValue

func (p *plan) readLines(in io.ReadCloser, name, under string) error {
	defer in.Close()
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, mostLine)
	n := 0
	var wrong problems
	for lines.Scan() {
		n++
		if len(strings.TrimSpace(lines.Text())) == 0 {
			continue
		}
		where := fmt.Sprintf("%s, line %d", name, n)
		if err := p.addLine(lines.Bytes(), where, under); err != nil {
			wrong.add(fmt.Errorf("%s: %w", where, err))
		}
	}
	switch err := lines.Err(); err {
	case nil:
	case bufio.ErrTooLong:
		wrong.add(fmt.Errorf("%s, line %d: %w", name, n+1, client.ErrValueTooLarge))
	default:
		return err
	}
	return wrong.err()
}

// addLine adds a file that is an object.
func (p *plan) addLine(line []byte, where, under string) error {
	var e entry
	err := readObject(line, e.fields())
	if err == nil && e.Path == "" {
		err = errors.New(`there is no "path"`)
	}
	if err == nil {
		err = e.body.check()
	}
	if err != nil {
		return dataError(err.Error())
	}
	if err := checkPath(e.Path, false); err != nil {
		return err
	}
	p.add(under+e.Path, where, e.bytes())
	return nil
}

// fields is what an object that was printed may have.
func (e *entry) fields() map[string]any {
	return map[string]any{"path": &e.Path, "rev": &e.Rev, "event": &e.Event, "len": &e.Len,
		"entries": &e.Dir, "value": &e.Value, "base64": &e.Base64}
}
