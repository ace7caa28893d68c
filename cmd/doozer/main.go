// Doozer reads, writes and watches the files of a Doozer cluster, and looks
// after the cluster. "doozer help" tells how.
package main

import (
	"bufio"
	"context"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/ha/doozer/client"
)

// session is what a verb works with.
type session struct {
	client *client.Client // nil until it is connected
	in     io.Reader
	out    *bufio.Writer // flushed when the verb has ended
	stdout io.Writer     // what it writes to
	errs   io.Writer
	life   context.Context // ends by a signal, but not by -t: for what goes on beyond what -t limits

	addr    string
	limit   time.Duration // -t; 0: none
	rev     *int64        // -r, or what a write compares with; nil when not given
	local   bool          // -local
	format  format        // -o
	color   colors        // -color
	patient bool          // it does not give up when no node can be reached
	command []string      // to run, of a verb that runs one
	grace   time.Duration // for that to end, once it was asked to
	held    func() error  // if not nil: whether what it needs is held still, at once
}

func main() {
	os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// run does what args say and returns the exit status.
func run(args []string, in io.Reader, stdout, stderr io.Writer) int {
	out := bufio.NewWriter(stdout)
	s := &session{in: in, out: out, stdout: stdout, errs: stderr, life: context.Background(), format: inText, grace: childGrace}
	s.color.terminal = isTerminal(stdout)
	err := s.perform(args)
	if flushErr := out.Flush(); err == nil {
		err = flushErr
	}
	return report(stderr, err)
}

// perform takes the command line apart and does what it says.
func (s *session) perform(args []string) error {
	root := newRoot(s)
	if len(args) > 1 && isCompletion(args[0]) {
		return s.complete(root, args)
	}
	l, err := takeApart(root, args)
	switch {
	case err != nil:
		return err
	case l.version:
		return printVersion(s.out)
	case l.help:
		return printHelp(s.out, l.words)
	case len(l.words) == 0:
		return usageError("which verb? (doozer help)")
	}
	s.command = l.command
	root.SetArgs(l.args())
	return root.Execute()
}

// do dials, if it needs to, and does what a verb does.
func (s *session) do(v *verb, act action, words []string) (err error) {
	if v.compares {
		if s.rev, err = parseRev(words[1]); err != nil {
			return err
		}
	}
	if v.tidies {
		life, stop := signal.NotifyContext(s.life, endings()...)
		defer stop()
		s.life = life
	}
	ctx, cancel := s.context()
	defer cancel()
	defer s.hangUp()
	s.patient = v.patient
	if !v.offline && !v.connects {
		if err := s.connect(ctx, false); err != nil {
			return inTime(ctx, err)
		}
	}
	return inTime(ctx, act(ctx, s, words))
}

// endings are the signals that end doozer, without those that nohup and the like
// have it ignore.
func endings() (sigs []os.Signal) {
	for _, sig := range []os.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP} {
		if !signal.Ignored(sig) {
			sigs = append(sigs, sig)
		}
	}
	return sigs
}

// context is one that ends with the time limit, if there is one.
func (s *session) context() (context.Context, context.CancelFunc) {
	if s.limit == 0 {
		return context.WithCancel(s.life)
	}
	return context.WithTimeout(s.life, s.limit)
}

// giveUp is for how long no node may be reached, with or without a time limit, by
// a verb that is not patient.
const giveUp = 5 * time.Second

// config is that of the client: -local means the node that was dialed, all else
// whichever node serves.
func (s *session) config(patient bool) client.Config {
	cfg := client.Config{Pinned: s.local, Keepalive: client.DefaultKeepalive}.WithEnv(os.Getenv)
	if !patient {
		cfg.GiveUp = giveUp
	}
	return cfg
}

// noBoot is client.ErrNoBoot for the shell.
const noBoot = "it names no node (ca=<address>), and DOOZER_BOOT_URI, by which to look the cluster up, is not set"

// dial tells an address that makes no sense from one where nobody answers.
func dial(ctx context.Context, cfg client.Config, addr string) (*client.Client, error) {
	if _, err := cfg.ParseURI(addr); err != nil {
		return nil, usageError(strings.Replace(err.Error(), client.ErrNoBoot.Error(), noBoot, 1))
	}
	return cfg.Dial(ctx, addr)
}
