package main

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/ha/doozer/journal"
)

// checkOutput refuses, before any work is done, a place where a snapshot must not go.
func (e *env) checkOutput(path string, force bool) error {
	switch path {
	case "":
		return usageError("where to? (-o SNAP)")
	case "-":
		if e.seen {
			return usageError("a snapshot is nothing for a terminal: -o SNAP")
		}
		return nil
	}
	_, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		_, err = os.Stat(filepath.Dir(path))
		return err
	case err == nil && !force:
		return usageError(path + " is there already: -force overwrites it")
	}
	return err
}

// saveSnapshot writes a snapshot to a file, or to standard output.
func (e *env) saveSnapshot(path string, h *journal.Head, fs files) error {
	if path == "-" {
		return journal.WriteSnapshot(e.out, h, fs)
	}
	return journal.SaveSnapshot(path, h, fs)
}
