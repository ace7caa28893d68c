package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"runtime/debug"

	"github.com/ha/doozer/client"
	"github.com/ha/doozer/proto"
)

// printBody ends a line that announces a value, and writes the value and a
// line feed.
func printBody(out *bufio.Writer, body []byte) error {
	fmt.Fprintf(out, " %d\n", len(body))
	out.Write(body)
	return out.WriteByte('\n') // the first error of a bufio.Writer stays
}

// readBody reads a file's body from standard input, as far as a frame could
// carry it: the node says what is too much.
func (s *session) readBody(ctx context.Context) ([]byte, error) {
	return s.readAll(ctx, proto.MaxFrame+1)
}

// at is the read options for -r and -local.
func (s *session) at() (opts []client.ReadOption) {
	if s.rev != nil {
		opts = append(opts, client.At(*s.rev))
	}
	if s.local {
		opts = append(opts, client.Local())
	}
	return opts
}

// glob is the only argument, or what matches every file.
func glob(args []string) string {
	if len(args) == 0 {
		return "/**"
	}
	return args[0]
}

func printVersion(out io.Writer) error {
	version := "unknown"
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		version = info.Main.Version
	}
	_, err := fmt.Fprintln(out, "doozer", version)
	return err
}
