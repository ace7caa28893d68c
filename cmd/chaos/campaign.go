package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/ha/doozer/client"
)

// campaign is one cluster under faults and load, from its start to the verdict.
type campaign struct {
	opt      *options
	slots    int
	spares   int
	seed     uint64
	dir      string // for logs, and what is found
	out      io.Writer
	c        *cluster
	hist     *history
	load     *load
	inject   *injector
	watchers []*watcher
	watching sync.WaitGroup
}

// errViolated says that a promise was broken: what follows says which.
var errViolated = errors.New("VIOLATED")

// run does it. The network is there for it alone.
func (m *campaign) run(ctx context.Context, w network) (err error) {
	m.c = newCluster(w, m.opt.bin, m.dir, m.slots, m.spares, "-timeout", strconv.FormatFloat(m.opt.timeout.Seconds(), 'f', -1, 64))
	defer func() { err = errors.Join(err, m.c.end()) }()
	if err := m.c.boot(ctx); err != nil {
		return err
	}
	m.hist = newHistory()
	m.inject = newInjector(m.c, m.hist, m.opt.timeout, m.say)
	rev, err := m.begin(ctx)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer m.watching.Wait()
	defer cancel()
	if err := m.watch(ctx, rev+1); err != nil {
		return err
	}
	began, ended, err := m.storm(ctx)
	if errors.Is(err, errViolated) { // it does not go on; what came before may be wrong as well
		return errors.Join(err, m.verdict(nil, nil, checkFiles(m.hist.all(), undecided)))
	}
	if err != nil {
		return err
	}
	return m.judge(ctx, began, ended)
}

// begin writes the first file, below none that is worked on, and returns its revision.
func (m *campaign) begin(ctx context.Context) (rev int64, err error) {
	err = m.c.ask(ctx, func(ctx context.Context, one *client.Client) error {
		rev, err = one.Set(ctx, "/chaos/begin", client.Clobber, nil)
		return err
	})
	return rev, err
}

// watch starts a watcher at every node.
func (m *campaign) watch(ctx context.Context, from int64) error {
	for _, p := range m.c.places {
		w, err := newWatcher(ctx, p, from)
		if err != nil {
			return err
		}
		m.watchers = append(m.watchers, w)
		m.watching.Go(func() {
			defer w.one.Close()
			w.run(ctx)
		})
	}
	return nil
}

// storm is the time of the faults, until the cluster is whole again. It returns when on the
// history's clock the load was on.
func (m *campaign) storm(ctx context.Context) (began, ended int64, err error) {
	kinds, err := m.kinds()
	if err != nil {
		return 0, 0, err
	}
	r := rand.New(rand.NewPCG(m.seed, 0))
	faults := schedule(r, kinds, len(m.c.places), m.opt.span, m.opt.timeout)
	m.load = &load{hist: m.hist, keys: newKeyring(8), pace: m.opt.pace, seed: m.seed}
	working, stop := context.WithCancel(ctx)
	defer m.load.wg.Wait()
	defer stop()
	for i := range m.c.places {
		m.load.start(working, m.c, i, 2)
	}
	m.load.start(working, m.c, tester, 2)
	began = m.hist.now()
	if err := errors.Join(m.inject.run(ctx, faults, m.opt.span), ctx.Err()); err != nil {
		return 0, 0, err
	}
	healed := time.Now()
	if err := m.c.whole(ctx); err != nil {
		return 0, 0, fmt.Errorf("%w: %w", errViolated, err)
	}
	m.say("whole again %v after the last fault", ms(time.Since(healed)))
	return began, m.hist.now(), nil
}

// kinds are the kinds of faults that are wanted, and can be here.
func (m *campaign) kinds() ([]kind, error) {
	wanted, err := parseKinds(m.opt.faults)
	if err != nil {
		return nil, err
	}
	list := slices.DeleteFunc(wanted, func(k kind) bool { return k.needsCuts() && !m.c.net.cuts() })
	if len(list) == 0 {
		return nil, errNoCuts
	}
	return list, nil
}

// say prints a line with the time.
func (m *campaign) say(format string, args ...any) {
	fmt.Fprintf(m.out, "%8.3f  %s\n", time.Duration(m.hist.now()).Seconds(), fmt.Sprintf(format, args...))
}
