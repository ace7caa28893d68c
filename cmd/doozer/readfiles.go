package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/ha/doozer/client"
	"github.com/ha/doozer/store"
)

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
