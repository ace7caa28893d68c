// Doozer-bench measures how fast doozerd answers, beside a bare TCP echo.
//
// It starts what it measures itself, on free ports of the loopback: an echo
// server, one doozerd, and a cluster of three. Then it keeps 1 to 1024 requests
// outstanding, in rounds that go through all of it in turn, checks each
// answer, and writes the medians over the rounds down, as Markdown. At the end
// it keeps many sessions alive, looks how doozer-backup keeps up with a cluster, and restores a journal.
//
// A request is 4 bytes of length and a message, for the echo as for doozerd.
// The same load is put on all: connections that each have a goroutine, which
// reads all that has arrived, and writes as many new requests at once. The echo
// does its part in the same way. So what the ratios show is what doozerd does
// beyond moving frames.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"
)

type options struct {
	doozerd string        // the binary
	backup  string        // that of doozer-backup
	out     string        // a file for the page; empty: standard output
	round   time.Duration // of counting, for each cell of each round
	rounds  int
}

func main() {
	if len(os.Args) == 2 && os.Args[1] == echoCommand {
		exit(runEcho(os.Stdin, os.Stdout))
	}
	var o options
	flag.StringVar(&o.doozerd, "doozerd", "bin/doozerd", "the `binary` to measure")
	flag.StringVar(&o.backup, "backup", "bin/doozer-backup", "the `binary` of doozer-backup")
	flag.StringVar(&o.out, "o", "", "a `file` to write the page to (default standard output)")
	flag.DurationVar(&o.round, "round", 400*time.Millisecond, "how long to count answers, for each figure of each round")
	flag.IntVar(&o.rounds, "rounds", 5, "how many rounds to take medians of")
	flag.Parse()
	if flag.NArg() > 0 || o.round <= 0 || o.rounds <= 0 {
		fmt.Fprintln(os.Stderr, "doozer-bench: takes no arguments, and a positive -round and -rounds")
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := bench(ctx, o, os.Stdout, os.Stderr)
	stop()
	exit(err)
}

func exit(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "doozer-bench:", err)
		os.Exit(1)
	}
	os.Exit(0)
}

// bench measures all, and writes the page.
func bench(ctx context.Context, o options, stdout, progress io.Writer) error {
	where := machine()
	s, err := measureSuite(ctx, o, progress)
	if err != nil {
		return err
	}
	d, err := measureDirs(ctx, o, progress)
	if err != nil {
		return err
	}
	b, err := measureBackup(ctx, o, progress)
	if err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	e, err := measureSessions(ctx, o, progress)
	if err != nil {
		return fmt.Errorf("sessions: %w", err)
	}
	text := page(o, where, s, d, e, b)
	if o.out == "" {
		_, err = io.WriteString(stdout, text)
		return err
	}
	return os.WriteFile(o.out, []byte(text), 0o644)
}

// measureSuite starts the echo, one node and three, and measures them.
func measureSuite(ctx context.Context, o options, progress io.Writer) (*suite, error) {
	echo, err := startEcho(ctx)
	if err != nil {
		return nil, err
	}
	defer echo.stop()
	one, err := startCluster(ctx, o.doozerd, 1)
	if err != nil {
		return nil, err
	}
	defer one.stop()
	three, err := startCluster(ctx, o.doozerd, 3)
	if err != nil {
		return nil, err
	}
	defer three.stop()
	s := newSuite(o, progress, echo, one, three)
	return s, s.run(ctx)
}
