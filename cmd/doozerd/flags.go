package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"math"
	"net"
	"slices"
	"strconv"
	"time"

	"github.com/ha/doozer/peer"
	"github.com/ha/doozer/proto"
)

// options is what the command line says.
type options struct {
	peer     peer.Config
	web      string          // the address of the page; "": none
	webGiven bool            // -w was given: no other port will do
	restore  string          // the snapshot to begin with; "": none
	man      bool            // print the manual page
	given    map[string]bool // the flags that were given, by name
	version  bool
}

const webPort = "8080"

const helpSecrets = `Environment, the same at all nodes of a cluster:
  DOOZER_RWSECRET
    	the secret that it takes to write, and to be a node (default: none)
  DOOZER_ROSECRET
    	a secret that it takes to read, or else that other one (default: all may read)
`

// parse reads the command line. Its error is what is wrong with it; or
// flag.ErrHelp, when help was asked for, which it wrote to help.
func parse(args []string, help io.Writer) (*options, error) {
	opt := new(options)
	if len(args) == 1 && args[0] == manArg {
		opt.man = true
		return opt, nil
	}
	fs, times := opt.flagSet()
	if err := fs.Parse(args); errors.Is(err, flag.ErrHelp) {
		fs.SetOutput(help)
		fmt.Fprintln(help, "Usage of doozerd:")
		fs.PrintDefaults()
		fmt.Fprint(help, helpSecrets)
		return nil, err
	} else if err != nil {
		return nil, fmt.Errorf("%w (doozerd -h tells what there is)", err)
	}
	opt.given = make(map[string]bool)
	fs.Visit(func(f *flag.Flag) { opt.given[f.Name] = true })
	times()
	if fs.NArg() > 0 {
		return nil, fmt.Errorf("unexpected argument %q (doozerd -h tells what there is)", fs.Arg(0))
	}
	return opt, opt.finish()
}

// flagSet is the flags, and what takes over those that are times once they are parsed.
func (opt *options) flagSet() (fs *flag.FlagSet, times func()) {
	cfg := &opt.peer
	timeout, fill, pulse := seconds(60*time.Second), seconds(70*time.Millisecond), seconds(time.Second)
	fs = flag.NewFlagSet("doozerd", flag.ContinueOnError)
	fs.SetOutput(io.Discard) // it would follow each error with all there is to know
	fs.StringVar(&cfg.Addr, "l", "127.0.0.1:"+proto.DefaultPort, "the `address` to listen on, for clients and nodes: one that others can dial")
	fs.StringVar(&opt.web, "w", "", "the `address` of the web page; false: none (default the host of -l, port "+webPort+" or the next free one)")
	fs.Var((*list)(&cfg.Attach), "a", "the `address` of a node of the cluster to attach to; may be repeated (default: begin a new cluster)")
	fs.StringVar(&cfg.Cluster, "c", peer.DefaultCluster, "the cluster's `name`")
	fs.Var(&timeout, "timeout", "the `time` after which a silent member's slot is given away; a number of seconds, or as in 1m30s")
	fs.Var(&fill, "fill", "the `time` that writes wait for a silent member; seconds, or as in 70ms")
	fs.Var(&pulse, "pulse", "the `time` between two pulses; seconds, or as in 500ms")
	fs.IntVar(&cfg.History, "hist", 360_000, "the `number` of changes kept to be read and watched")
	fs.Int64Var(&cfg.HistoryBytes, "histbytes", 256<<20, "the most memory that they take, in `bytes`")
	fs.StringVar(&opt.restore, "restore", "", "begin the new cluster with a snapshot, a `file` of doozer-backup's")
	fs.BoolVar(&opt.version, "v", false, "print the version and exit")
	return fs, func() {
		cfg.Timeout, cfg.Fill, cfg.Pulse = time.Duration(timeout), time.Duration(fill), time.Duration(pulse)
	}
}

// finish checks what flags cannot, and works out where the page is.
func (opt *options) finish() error {
	cfg := &opt.peer
	switch {
	case cfg.History < 1:
		return errors.New("-hist: at least 1 change")
	case cfg.HistoryBytes < 1:
		return errors.New("-histbytes: at least 1 byte")
	case opt.given["restore"] && opt.restore == "":
		return errors.New("-restore: which file? To begin with an empty tree leave it out")
	case opt.restore != "" && len(cfg.Attach) > 0:
		return errors.New("-restore begins a new cluster, and -a attaches to one that is there: give one of them")
	case len(cfg.Attach) > 0 && !slices.ContainsFunc(cfg.Attach, func(addr string) bool { return addr != cfg.Addr }):
		return fmt.Errorf("-a: %.100s is the address of this very node (-l): name another one of the cluster, or leave it out to begin a new one", cfg.Addr)
	}
	if err := opt.placePage(); err != nil {
		return err
	}
	return cfg.Check()
}

// placePage makes of -w the page's address, or of the host of -l if it was not given.
func (opt *options) placePage() error {
	opt.webGiven = opt.web != ""
	switch opt.web {
	case "false":
		opt.web = ""
		return nil
	case "":
		if host, _, err := net.SplitHostPort(opt.peer.Addr); err == nil {
			opt.web = net.JoinHostPort(host, webPort)
		}
		return nil
	}
	_, port, err := net.SplitHostPort(opt.web)
	if err == nil {
		_, err = strconv.ParseUint(port, 10, 16)
	}
	if err != nil {
		return fmt.Errorf("-w: %.100q is neither an address, host:port, nor false", opt.web)
	}
	return nil
}

// seconds is a flag's time: a plain number of seconds, or with units.
type seconds time.Duration

func (s *seconds) String() string { return time.Duration(*s).String() }

// Set parses one.
func (s *seconds) Set(text string) error {
	d, err := time.ParseDuration(text)
	if n, numErr := strconv.ParseFloat(text, 64); numErr == nil && !math.IsNaN(n) && math.Abs(n) < 1e9 {
		d, err = time.Duration(n*float64(time.Second)), nil
	}
	switch {
	case err != nil:
		return errors.New("neither a number of seconds nor a duration")
	case d <= 0:
		return errors.New("it has to be above zero")
	}
	*s = seconds(d)
	return nil
}

// list is a flag that may be repeated.
type list []string

func (l *list) String() string { return fmt.Sprint(*l) }

// Set adds one.
func (l *list) Set(text string) error {
	*l = append(*l, text)
	return nil
}
