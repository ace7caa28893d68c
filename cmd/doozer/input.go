package main

import (
	"context"
	"fmt"
	"io"
	"os"
)

// readable is what copy writes, until ctx ends. Whoever has read enough closes it;
// a read that then goes on, as of a terminal, is left to itself.
func readable(ctx context.Context, copy func(w io.Writer) error) io.ReadCloser {
	r, w := io.Pipe()
	stop := context.AfterFunc(ctx, func() { w.CloseWithError(interruption(ctx)) })
	go func() {
		defer stop()
		w.CloseWithError(copy(w)) // of no error: the end
	}()
	return r
}

// input is standard input, until ctx ends.
func (s *session) input(ctx context.Context) io.ReadCloser {
	return readable(ctx, func(w io.Writer) error {
		if _, err := io.Copy(w, s.in); err != nil {
			return fmt.Errorf("standard input: %w", err)
		}
		return nil
	})
}

// openFile is a file, until ctx ends: to open one can take for ever, too.
func openFile(ctx context.Context, name string) io.ReadCloser {
	return readable(ctx, func(w io.Writer) error {
		f, err := os.Open(name)
		if err != nil {
			return err
		}
		defer f.Close()
		_, err = io.Copy(w, f)
		return err
	})
}

// readAll reads standard input, so many bytes at most, until ctx ends.
func (s *session) readAll(ctx context.Context, most int64) ([]byte, error) {
	in := s.input(ctx)
	defer in.Close()
	body, err := io.ReadAll(io.LimitReader(in, most))
	if err != nil && ctx.Err() != nil {
		err = fmt.Errorf("standard input: %w", err)
	}
	return body, err
}
