// Doozerd is a node of a Doozer cluster. Without -a it begins a new cluster;
// with -a it attaches to one, and becomes a member as soon as a file in
// /ctl/cal is empty. It runs until SIGTERM or SIGINT; a second one ends it at once.
// DOOZER_RWSECRET and DOOZER_ROSECRET in its environment are the cluster's secrets.
// Exit status: 0; 1 when it could not begin or not go on; 2 for wrong flags.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/ha/doozer/peer"
	"github.com/ha/doozer/proto/access"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	context.AfterFunc(ctx, stop) // a second signal ends it at once
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// run is the whole program: its exit status.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	opt, err := parse(args, stderr)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return 0
	case err != nil:
		return failed(stderr, err, wrongFlags(err))
	case opt.man:
		fmt.Fprint(stdout, manPage())
		return 0
	case opt.version:
		fmt.Fprintln(stdout, "doozerd", version())
		return 0
	}
	if opt.peer.Secrets, err = access.FromEnv(os.Getenv); err != nil {
		return failed(stderr, err, 1)
	}
	if err := live(ctx, opt, slog.New(slog.NewTextHandler(stderr, nil))); err != nil {
		return failed(stderr, err, 1)
	}
	return 0
}

// failed tells why, and returns the status.
func failed(stderr io.Writer, err error, status int) int {
	fmt.Fprintf(stderr, "doozerd: %v\n", err)
	return status
}

// wrongFlags is the status for an error of the command line: an address that others
// cannot dial is written well enough.
func wrongFlags(err error) int {
	if errors.Is(err, peer.ErrNotDialable) {
		return 1
	}
	return 2
}

// live runs the node, and its page.
func live(ctx context.Context, opt *options, log *slog.Logger) error {
	cfg := opt.peer
	cfg.Log, cfg.Version = log, version()
	snap, err := openSnapshot(opt.restore)
	if err != nil {
		return err
	}
	if snap != nil {
		defer snap.file.Close()
		if err := snap.restore(&cfg, opt.given["c"]); err != nil {
			return err
		}
		if by := snap.ahead(time.Now()); by > 0 {
			log.Warn("the snapshot is of a later time than this machine's clock tells: if that is behind by more than "+
				"a quarter of an hour, revisions of the dead cluster may be given once more", "by", by)
		}
	}
	l, err := listenPage(opt)
	if err != nil {
		return err
	}
	life, end := context.WithCancel(ctx)
	defer end()
	var p *page
	var failure error
	cfg.Ready = func(s peer.Started) {
		where := "none"
		if l != nil {
			where = "http://" + l.Addr().String() + "/"
			if p, failure = servePage(l, opt.web, s, &cfg); failure != nil {
				end()
			}
		}
		log.Info("doozerd serves", "addr", s.Addr, "web", where, "cluster", s.Cluster, "node", s.ID, "version", cfg.Version,
			"access", cfg.Secrets.String())
	}
	err = peer.Run(life, cfg)
	if p != nil {
		p.end()
	} else if l != nil {
		l.Close()
	}
	switch {
	case failure != nil:
		return failure
	case err == nil:
		log.Info("doozerd ends", "why", context.Cause(ctx))
	}
	return err
}
