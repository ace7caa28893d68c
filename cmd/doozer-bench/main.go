// Doozer-bench measures how fast doozerd answers, beside a bare TCP echo.
//
// It starts what it measures itself, on free ports of the loopback: an echo
// server, one doozerd, and a cluster of three. Then it keeps 1 to 1024 requests
// outstanding, in rounds that go through all of it in turn, checks each
// answer, and writes the medians over the rounds down, as Markdown. Then it
// measures what else there are goals for, in sections of which -only chooses some (section.go).
// With -peers it measures Doozer beside etcd and ZooKeeper (peers.go).
//
// A request is 4 bytes of length and a message, for the echo as for doozerd.
// The same load is put on all: connections that each have a goroutine, which
// reads all that has arrived, and writes as many new requests at once. The echo
// does its part in the same way. So what the ratios show is what doozerd does
// beyond moving frames.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"
)

type options struct {
	doozerd string // the binary
	backup  string // that of doozer-backup
	out     string // a file for the page, besides the standard output; empty: none
	only    only
	peers   bool          // measure others beside
	temp    string        // a folder for what those keep
	command string        // that measures the same again
	round   time.Duration // of counting, for each cell of each round
	rounds  int
}

func main() {
	switch {
	case len(os.Args) == 2 && os.Args[1] == echoCommand:
		exit(runEcho(os.Stdin, os.Stdout))
	case len(os.Args) == 3 && os.Args[1] == etcdCommand:
		exit(runEtcd(os.Args[2], os.Stdin, os.Stdout))
	}
	o := options{command: strings.Join(append([]string{"./bin/doozer-bench"}, os.Args[1:]...), " ")}
	flag.StringVar(&o.doozerd, "doozerd", "bin/doozerd", "the `binary` to measure")
	flag.StringVar(&o.backup, "backup", "bin/doozer-backup", "the `binary` of doozer-backup")
	flag.StringVar(&o.out, "o", "", "a `file` to write the page to, besides the standard output")
	flag.Var(&o.only, "only", "the `sections` to measure, as in \"set,watch\" (default all): "+strings.Join(names(sections()), ", "))
	flag.BoolVar(&o.peers, "peers", false, "measure Doozer beside etcd, and ZooKeeper where it is installed; -only knows set, get, watch and kill")
	flag.StringVar(&o.temp, "temp", "/dev/shm", "a `folder` for the data of those, best in memory")
	flag.DurationVar(&o.round, "round", 400*time.Millisecond, "how long to count answers, for each figure of each round")
	flag.IntVar(&o.rounds, "rounds", 5, "how many rounds to take medians of")
	flag.Parse()
	if flag.NArg() > 0 || o.round <= 0 || o.rounds <= 0 {
		fmt.Fprintln(os.Stderr, "doozer-bench: takes no arguments, and a positive -round and -rounds")
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	measure := run
	if o.peers {
		measure = runPeers
	}
	err := measure(ctx, o, os.Stdout, os.Stderr)
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

// run measures what is wanted, and writes the page, also if something failed.
func run(ctx context.Context, o options, stdout, progress io.Writer) error {
	where := machine()
	parts, err := measureAll(ctx, &bench{o, progress}, sections())
	if ctx.Err() != nil {
		return err
	}
	return errors.Join(err, o.publish(stdout, page(o, where, parts)))
}

// publish writes a page to where it is wanted.
func (o *options) publish(stdout io.Writer, page string) error {
	if o.out != "" {
		if err := os.WriteFile(o.out, []byte(page), 0o644); err != nil {
			return err
		}
	}
	_, err := io.WriteString(stdout, page)
	return err
}
