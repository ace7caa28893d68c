package main

import (
	"context"
	"io"
	"os"

	"github.com/ha/doozer/journal"
	"github.com/ha/doozer/store"
)

// snapshot is the files of a snapshot that match.
func (s *source) snapshot(ctx context.Context, e *env, path string, g store.Glob) (files, error) {
	if s.rev != 0 || !s.at.IsZero() {
		return nil, usageError("-rev and -time are for a journal (-d DIR): a snapshot shows one revision")
	}
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return nil, err
	case info.IsDir():
		return nil, usageError(path + " is a folder: give it with -d")
	}
	return func(yield func(store.File, error) bool) {
		total := info.Size()
		if e.seen {
			total = 0 // what is read is printed at once
		}
		bar := e.progress("reading", total)
		defer bar.done()
		for f, err := range readSnapshot(path, bar.reading(ctx)) {
			if (err != nil || g.Match(f.Path)) && !yield(f, err) {
				return
			}
		}
	}, nil
}

// readSnapshot yields what can be read of a snapshot, and what is wrong with it.
func readSnapshot(path string, p journal.Progress) files {
	return func(yield func(store.File, error) bool) {
		f, err := os.Open(path)
		if err != nil {
			yield(store.File{}, err)
			return
		}
		defer f.Close()
		s, err := journal.NewSnapshotReader(p.Reader(f), path)
		if err != nil && salvageable(f, path) {
			_, err = f.Seek(0, io.SeekStart)
			s = journal.Salvage(p.Reader(f), path)
		}
		if err != nil {
			yield(store.File{}, err)
			return
		}
		s.Files()(yield)
	}
}

// salvageable reports whether a snapshot that has no head holds a file.
func salvageable(f *os.File, path string) bool {
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return false
	}
	for _, err := range journal.Salvage(f, path).Files() {
		if err == nil {
			return true
		}
	}
	return false
}
