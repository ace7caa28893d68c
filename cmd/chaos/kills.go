package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/ha/doozer/client"
)

// lull is how long the cluster is left alone before a kill, and how
// long nobody helps it after.
const lull = 2 * time.Second

// kills measures what it costs to kill a member: with nothing but default
// flags, each of three in turn.
type kills struct {
	c      *cluster
	hist   *history
	load   *load
	silent bool // the machine goes with the node
}

// toll is what one kill cost.
type toll struct {
	victim string
	before gap    // in acknowledged writes, of all survivors together, in the lull before
	writes gap    // the same from the kill on until the cluster was whole again
	each   [2]gap // of a survivor's own
	reads  [2]gap // likewise, in reads
}

func (opt *options) measure(ctx context.Context, m *campaign, w network) (err error) {
	if opt.silent && !w.cuts() {
		return errNoCuts
	}
	k := &kills{c: newCluster(w, opt.bin, m.dir, 3, 0), hist: newHistory(), silent: opt.silent}
	defer func() { err = errors.Join(err, k.c.end()) }()
	if err := k.c.boot(ctx); err != nil {
		return err
	}
	k.load = &load{hist: k.hist, keys: newKeyring(8), pace: opt.pace, seed: m.seed}
	working, stop := context.WithCancel(ctx)
	defer k.load.wg.Wait()
	defer stop()
	for i := range k.c.places {
		k.load.start(working, k.c, i, 8)
	}
	r := rand.New(rand.NewPCG(m.seed, 0))
	var tolls []toll
	for i := range opt.kills {
		t, err := k.kill(ctx, i%3, r.IntN(2) == 0)
		if err != nil {
			return err
		}
		fmt.Fprintf(m.out, "%2d  %v\n", i+1, t)
		tolls = append(tolls, t)
	}
	stop()
	k.load.wg.Wait()
	fmt.Fprint(m.out, summary(tolls))
	return m.verdict(nil, nil, checkFiles(k.hist.all(), undecided))
}

// kill kills a member, has the load go on without it, and replaces it.
func (k *kills) kill(ctx context.Context, place int, moved bool) (t toll, err error) {
	quiet := k.hist.now()
	if !pause(ctx, lull) {
		return t, ctx.Err()
	}
	victim := k.c.places[place].now()
	_, id := victim.where()
	t.victim = victim.name
	killed := k.hist.now()
	if err := k.plug(place, false); err != nil {
		return t, err
	}
	victim.kill()
	if !pause(ctx, lull) {
		return t, ctx.Err()
	}
	if err := k.plug(place, true); err != nil {
		return t, err
	}
	// With the default -timeout its slot would be freed after a minute.
	if err := k.free(ctx, id); err != nil {
		return t, err
	}
	if err := k.c.replace(ctx, place, moved); err != nil {
		return t, err
	}
	if err := k.c.whole(ctx); err != nil {
		return t, err
	}
	k.count(&t, place, quiet, killed, k.hist.now())
	return t, nil
}

// plug takes a place off the network or puts it back, if it is to be silent.
func (k *kills) plug(place int, in bool) error {
	if !k.silent {
		return nil
	}
	return k.c.net.plug(place, in)
}

// free empties the slot of a dead member.
func (k *kills) free(ctx context.Context, id string) error {
	return k.c.ask(ctx, func(ctx context.Context, one *client.Client) error {
		list, err := members(ctx, one)
		if err != nil {
			return err
		}
		for _, m := range list {
			if m.id == id {
				_, err = one.Set(ctx, m.slot, m.rev, nil)
			}
		}
		return err
	})
}

// count finds the pauses at all places but one.
func (k *kills) count(t *toll, but int, quiet, killed, whole int64) {
	at := make(map[string][]op)
	for _, o := range k.hist.all() {
		if o.returns >= quiet && o.returns <= whole {
			at[o.node] = append(at[o.node], o)
		}
	}
	var all []int64
	n := 0
	for i, p := range k.c.places {
		if i == but {
			continue
		}
		own := acknowledged(at[p.last()], true)
		all = append(all, own...)
		t.each[n] = longest(own, killed, whole)
		t.reads[n] = longest(acknowledged(at[p.last()], false), killed, whole)
		n++
	}
	slices.Sort(all)
	t.before = longest(all, quiet, killed)
	t.writes = longest(all, killed, whole)
}

func (t toll) String() string {
	return fmt.Sprintf("%-4s killed: writes paused %v (at each survivor %v, %v), reads %v, %v; longest pause of writes before it %v",
		t.victim, ms(t.writes.length()), ms(t.each[0].length()), ms(t.each[1].length()),
		ms(t.reads[0].length()), ms(t.reads[1].length()), ms(t.before.length()))
}

// summary is the median and the most of the pauses, the worse survivor counted for
// what is counted for each.
func summary(tolls []toll) string {
	var before, writes, each, reads []time.Duration
	for _, t := range tolls {
		before = append(before, t.before.length())
		writes = append(writes, t.writes.length())
		each = append(each, max(t.each[0].length(), t.each[1].length()))
		reads = append(reads, max(t.reads[0].length(), t.reads[1].length()))
	}
	text := fmt.Sprintf("%d kills: median and longest pause\n", len(tolls))
	for _, row := range []struct {
		name string
		list []time.Duration
	}{
		{"of writes", writes},
		{"of writes, the worse survivor", each},
		{"of reads, the worse survivor", reads},
		{"of writes, with nobody killed", before},
	} {
		slices.Sort(row.list)
		text += fmt.Sprintf("%8v %8v  %s\n", ms(row.list[len(row.list)/2]), ms(row.list[len(row.list)-1]), row.name)
	}
	return text
}
