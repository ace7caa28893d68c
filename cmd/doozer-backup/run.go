package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"net"
	"strings"
	"sync"
	"time"

	"github.com/dustin/go-humanize"

	"github.com/ha/doozer/client"
	"github.com/ha/doozer/journal"
	"github.com/ha/doozer/store"
)

// runConfig is what the flags of run say.
type runConfig struct {
	dir, addr, listen, report string
	every                     fsync
	segment, snapshotBytes    byteSize
	snapshotAge               time.Duration
	keep                      journal.Retention
	keepBytes                 byteSize
}

// reportDir is what reports are below: they are no users' files, of which there would be one more report.
const reportDir = "/ctl/backup/"

func runVerb() verb {
	return verb{
		name: "run", brief: "follow a cluster, and write every change to disk",
		help: `Writes every change, with its revision, to the journal in DIR: after a snapshot
of the cluster, or after what is there. Goes on at another node when its own is
lost. When no node has any more what comes next it says so, and takes a fresh
snapshot. Two can follow one cluster, each in a folder of its own. It ends when
interrupted. What is dropped is whatever any -keep flag lets go; the newest
snapshot and all changes after it stay.

    $ doozer-backup run -d /var/lib/doozer -report /ctl/backup/a
`,
		setup: func(fs *flag.FlagSet) action {
			cfg := runConfig{segment: journal.DefaultSegmentBytes, snapshotBytes: 1 << 30}
			fs.StringVar(&cfg.dir, "d", "", "the journal is in folder `DIR`")
			fs.StringVar(&cfg.addr, "a", defaultAddr(), "a node's `address`, as in DOOZER_URI")
			fs.Var(&cfg.every, "fsync", "`when` to sync: batch, or so often at most, as in 100ms")
			fs.Var(&cfg.segment, "segment", "the `size` from which on a new segment begins")
			fs.Var(&cfg.snapshotBytes, "snapshot-size", "make a snapshot after changes of that `size`")
			fs.DurationVar(&cfg.snapshotAge, "snapshot-age", 24*time.Hour, "make a snapshot after that `time`")
			fs.DurationVar(&cfg.keep.Age, "keep-age", 30*24*time.Hour, "keep what it takes to go back that `time`; 0: all")
			fs.Int64Var(&cfg.keep.Revs, "keep-revs", 0, "keep what it takes to go back `N` revisions; 0: all")
			fs.Var(&cfg.keepBytes, "keep-size", "keep files of that `size` at most, as in 10GB; 0: all")
			fs.StringVar(&cfg.listen, "listen", "", "serve /metrics and /status at this `address`")
			fs.StringVar(&cfg.report, "report", "", "write the durable revision to this `path`, below "+reportDir)
			return func(ctx context.Context, e *env, args []string) error {
				if err := errors.Join(noArgs(args), cfg.check()); err != nil {
					return err
				}
				return follow(ctx, &cfg, slog.New(slog.NewTextHandler(e.errs, nil)))
			}
		},
	}
}

// check says what is wrong with the flags.
func (cfg *runConfig) check() error {
	switch {
	case cfg.dir == "":
		return usageError("run: which folder? (-d)")
	case cfg.snapshotAge <= 0 || cfg.snapshotBytes <= 0 || cfg.segment <= 0:
		return usageError("run: -segment, -snapshot-age and -snapshot-size have to be above zero")
	case cfg.keep.Age < 0 || cfg.keep.Revs < 0:
		return usageError("run: -keep-age and -keep-revs cannot be negative")
	}
	if cfg.report != "" {
		if store.CheckPath(cfg.report) != nil || !strings.HasPrefix(cfg.report, reportDir) {
			return usageError(fmt.Sprintf("run: -report: %q is not the path of a file below %s", cfg.report, reportDir))
		}
	}
	if _, err := client.ParseURI(cfg.addr); err != nil {
		return usageError("run: -a: " + err.Error())
	}
	cfg.keep.Bytes = int64(cfg.keepBytes)
	return nil
}

// follow is the whole of run.
func follow(ctx context.Context, cfg *runConfig, log *slog.Logger) (err error) {
	j, err := journal.Open(cfg.dir, journal.Config{SegmentBytes: int64(cfg.segment), Log: log})
	if err != nil {
		return err
	}
	defer func() {
		if err := j.Close(); err != nil { // all that is durable is
			log.Warn("cannot close the journal as it should be", "err", err)
		}
	}()
	f, err := newFollower(ctx, cfg, j, log)
	if err != nil {
		return err
	}
	defer f.c.Close()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var beside sync.WaitGroup
	defer beside.Wait()
	defer cancel()
	if cfg.listen != "" {
		l, err := net.Listen("tcp", cfg.listen)
		if err != nil {
			return fmt.Errorf("-listen: %w", err)
		}
		log.Info("serves metrics", "url", "http://"+l.Addr().String()+"/metrics")
		beside.Go(func() { serveMetrics(ctx, l, f.state, log) })
	}
	if cfg.report != "" {
		beside.Go(func() { f.sendReports(ctx) })
	}
	k := &keeper{follower: f, age: cfg.snapshotAge, bytes: int64(cfg.snapshotBytes), retention: cfg.keep}
	beside.Go(func() { k.run(ctx) })
	beside.Go(func() { f.keepStatus(ctx) })
	log.Info("follows", "node", f.c.Addr(), "dir", cfg.dir, "after", j.Rev())
	err = f.run(ctx)
	log.Info("ends", "durable", j.Rev())
	return err
}

// newFollower dials the cluster that the journal is of.
func newFollower(ctx context.Context, cfg *runConfig, j *journal.Journal, log *slog.Logger) (*follower, error) {
	a, err := journal.Read(cfg.dir)
	if err != nil && !errors.Is(err, journal.ErrNotJournal) { // that is an empty one
		return nil, err
	}
	f := &follower{dir: cfg.dir, j: j, who: newIdentity(j, a), state: newState(cfg.report), log: log,
		every: cfg.every.pause(), fresh: make(chan struct{}, 1)}
	f.state.follows(f.who.name, f.who.id, j.Rev())
	f.state.survey(a)
	if f.c, err = (client.Config{Log: log, Admit: f.who.admit, Secret: secret()}).Dial(ctx, cfg.addr); errors.Is(err, errOtherCluster) {
		err = fmt.Errorf("the journal in %s is of another cluster; give this one a folder of its own (-d): %w", cfg.dir, err)
	}
	if err != nil {
		return nil, err
	}
	if err = mayRead(ctx, f.c); err != nil {
		f.c.Close()
	}
	return f, err
}

// mayRead says so at once if it takes a secret to read. What else may be wrong is for the follower to
// try again.
func mayRead(ctx context.Context, c *client.Client) error {
	if _, _, err := c.Get(ctx, nameFile, client.Local()); errors.Is(err, client.ErrPermission) {
		return err
	}
	return nil
}

// fsync is a flag: the time between two commits; 0: batch by batch.
type fsync time.Duration

// batchPause is the time from one batch to the next. Without it a busy cluster's changes would make
// for a thousand commits a second, which take a third of the tool's CPU time, and nobody
// hears of what is durable as often as that.
const batchPause = 5 * time.Millisecond

func (f fsync) pause() time.Duration { return max(time.Duration(f), batchPause) }

func (f *fsync) String() string {
	if *f == 0 {
		return "batch"
	}
	return time.Duration(*f).String()
}

// Set parses one.
func (f *fsync) Set(text string) error {
	if text == "batch" {
		*f = 0
		return nil
	}
	d, err := time.ParseDuration(text)
	if err != nil || d <= 0 || d > time.Minute {
		return errors.New("it is batch, or a time up to 1m")
	}
	*f = fsync(d)
	return nil
}

// byteSize is a flag: a number of bytes, or as in 64MB.
type byteSize int64

func (b *byteSize) String() string { return strings.ReplaceAll(humanize.IBytes(uint64(*b)), " ", "") }

// Set parses one.
func (b *byteSize) Set(text string) error {
	n, err := humanize.ParseBytes(text)
	if err != nil || n > 1<<62 {
		return errors.New("it is a number of bytes, or as in 64MB")
	}
	*b = byteSize(n)
	return nil
}
