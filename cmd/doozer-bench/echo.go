package main

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
)

// echoCommand makes this program the echo server, in a process of its own.
const echoCommand = "echo"

// runEcho serves the echo on a free port, which it prints, until its standard
// input ends.
func runEcho(stdin io.Reader, stdout io.Writer) error {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return fmt.Errorf("echo: %w", err)
	}
	if _, err := fmt.Fprintln(stdout, l.Addr()); err != nil {
		return fmt.Errorf("echo: %w", err)
	}
	go func() {
		io.Copy(io.Discard, stdin) // an error ends it as well
		l.Close()
	}()
	return serveEcho(l)
}

// serveEcho echoes on every connection to l, until l is closed.
func serveEcho(l net.Listener) error {
	for {
		conn, err := l.Accept()
		if errors.Is(err, net.ErrClosed) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("echo: %w", err)
		}
		go func() {
			defer conn.Close()
			if err := echo(newLink(conn)); !errors.Is(err, io.EOF) {
				fmt.Fprintln(os.Stderr, "echo:", err)
			}
		}()
	}
}

// echo sends every message back, all that arrived at once in one write, until
// the connection ends: io.EOF, or another error.
func echo(l *link) error {
	for {
		if err := l.read(); err != nil {
			return err
		}
		for {
			msg, err := l.next()
			if err != nil {
				return err
			}
			if msg == nil {
				break
			}
			l.out = binary.BigEndian.AppendUint32(l.out, uint32(len(msg)))
			l.out = append(l.out, msg...)
		}
		if err := l.flush(); err != nil {
			return err
		}
	}
}
