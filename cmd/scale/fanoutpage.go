package main

import (
	"flag"
	"fmt"
	"io"
	"time"
)

// usual is what the lines of the table have in common.
func usual() fanoutPlan {
	return fanoutPlan{
		plan: plan{
			seed: 1, members: 3, followers: 10, costs: measured(), cores: 4, uplink: 10e9 / 8,
			delay: everywhere(100 * time.Microsecond),
		},
		watchers: 100_000, dirs: 100, rate: 1000, value: 64, distance: 100 * us,
		warm: 500 * time.Millisecond, span: time.Second, kill: -1,
	}
}

// register has flags for what is to be different.
func (p *fanoutPlan) register(fs *flag.FlagSet) {
	fs.IntVar(&p.members, "members", p.members, "the `number` of members, 1 to 16")
	fs.IntVar(&p.followers, "followers", p.followers, "the `number` of followers, which the watchers are connected to; 0: to the members")
	fs.IntVar(&p.watchers, "watchers", p.watchers, "the `number` of watchers, each with its own connection")
	fs.IntVar(&p.dirs, "dirs", p.dirs, "the `number` of directories: each watcher watches one, each SET writes in one")
	fs.Float64Var(&p.rate, "rate", p.rate, "SETs a `second`")
	fs.BoolVar(&p.even, "even", p.even, "they come evenly, not by chance")
	fs.IntVar(&p.value, "value", p.value, "`bytes` of a value")
	fs.IntVar(&p.cores, "cores", p.cores, "the `number` of cores of a machine")
	fs.Float64Var(&p.uplink, "uplink", p.uplink, "`bytes` a second that a machine can send")
	fs.BoolVar(&p.shared, "shared", p.shared, "nodes and watchers are all on one machine")
	fs.DurationVar(&p.span, "time", p.span, "how long to count, in virtual `time`")
	fs.IntVar(&p.kill, "kill", p.kill, "the `number` of a node that is killed in the middle, from 0 on, members first")
	fs.Uint64Var(&p.seed, "seed", p.seed, "what chance comes of")
}

// loads are those of the table, beside no, ten and thirty followers.
func loads() (all []fanoutPlan) {
	for _, l := range []struct {
		rate float64
		dirs int
	}{{1000, 1000}, {1000, 100}, {10_000, 1000}, {10_000, 100}, {100, 1}} {
		for _, followers := range []int{0, 10, 30} {
			p := usual()
			p.rate, p.dirs, p.followers = l.rate, l.dirs, followers
			all = append(all, p)
		}
	}
	return all
}

// deaths are those of a member that has watchers, of a follower, and of a member that has none.
func deaths() (all []fanoutPlan) {
	for _, d := range []struct{ followers, kill int }{{0, 0}, {10, 3}, {10, 0}} {
		p := usual()
		p.followers, p.kill, p.dirs = d.followers, d.kill, 1000
		all = append(all, p)
	}
	return all
}

func writeFanouts(out io.Writer) error {
	fmt.Fprintf(out, "\n## Watchers\n\n")
	if err := writeRows(out, loads()); err != nil {
		return err
	}
	fmt.Fprintf(out, "\nA node is killed:\n\n")
	return writeRows(out, deaths())
}

func writeRows(out io.Writer, plans []fanoutPlan) error {
	fmt.Fprintf(out, "| SETs a second | told each watcher a second | followers | killed | told, ms: half | 99 in 100 | all | SET, ms: 99 in 100 "+
		"| member: cores | Mbit/s | follower: cores | Mbit/s | moved | up to date after, ms |\n")
	fmt.Fprintf(out, "|---:|---:|---:|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|\n")
	for i := range plans {
		r, err := plans[i].run()
		if err != nil {
			return err
		}
		r.write(out, &plans[i])
	}
	return nil
}

func (r *served) write(out io.Writer, p *fanoutPlan) {
	fmt.Fprintf(out, "| %.0f | %.3g | %d | %s | %s | %s | %s | %s | %.2f | %.0f | ", p.rate, p.rate/float64(p.dirs), p.followers, p.killed(),
		millis(quantile(r.told, 0.5)), millis(quantile(r.told, 0.99)), millis(quantile(r.told, 1)), millis(quantile(r.sets, 0.99)),
		r.member.cores, r.member.bits/1e6)
	if p.followers > 0 {
		fmt.Fprintf(out, "%.2f | %.0f", r.server.cores, r.server.bits/1e6)
	} else {
		fmt.Fprintf(out, "- | -")
	}
	if r.behind > 0 {
		fmt.Fprintf(out, " | behind by %d changes | - |\n", r.behind)
		return
	}
	fmt.Fprintf(out, " | %d | %s |\n", r.moved, millis(r.again))
}

func (p *fanoutPlan) killed() string {
	switch {
	case p.kill < 0:
		return "-"
	case p.kill < p.members:
		return "a member"
	}
	return "a follower"
}
