package main

import (
	"io"
	"strings"
	"testing"
	"time"

	"github.com/bmizerany/assert"
)

// small is a plan that takes no time.
func small() fanoutPlan {
	p := usual()
	p.followers, p.watchers, p.dirs, p.rate = 4, 400, 10, 300
	return p
}

func mustRun(t *testing.T, p fanoutPlan) *served {
	t.Helper()
	r, err := p.run()
	assert.Equal(t, nil, err)
	return r
}

// TestWatchersAreToldWhoeverDies: an error is a change that came twice, not in order, or after a gap.
func TestWatchersAreToldWhoeverDies(t *testing.T) {
	for _, kill := range []int{-1, 0, 1, 3, 6} {
		p := small()
		p.kill = kill
		r := mustRun(t, p)
		assert.Equal(t, 0, r.behind, kill)
		assert.T(t, len(r.told) > 150 && len(r.told) < 350, len(r.told))
		if dead := kill >= p.members; dead {
			assert.Equal(t, 100, r.moved)
			assert.T(t, r.again > 0 && r.again < 100*time.Millisecond, r.again)
		} else {
			assert.Equal(t, 0, r.moved)
		}
	}
}

// TestMemberWithWatchersDies has them move to other members, which fill the dead one's slots meanwhile.
func TestMemberWithWatchersDies(t *testing.T) {
	p := small()
	p.followers, p.kill = 0, 1
	r := mustRun(t, p)
	assert.Equal(t, 0, r.behind)
	assert.T(t, r.moved >= 130 && r.moved <= 140, r.moved)
	assert.T(t, r.again > 0)
}

// TestMembersDoNotFeelWatchers, where followers have them; else they do.
func TestMembersDoNotFeelWatchers(t *testing.T) {
	few, many := small(), small()
	few.watchers, many.watchers = 10, 2000
	a, b := mustRun(t, few), mustRun(t, many)
	assert.Equal(t, a.member, b.member)
	assert.T(t, b.server.cores > 10*a.server.cores, a.server, b.server)
	few.followers, many.followers = 0, 0
	a, b = mustRun(t, few), mustRun(t, many)
	assert.T(t, b.member.cores > 5*a.member.cores, a.member, b.member)
}

func TestSameSeedSameRun(t *testing.T) {
	p := small()
	p.kill = 4
	a, b := mustRun(t, p), mustRun(t, p)
	assert.Equal(t, a, b)
	p.seed++
	assert.NotEqual(t, a, mustRun(t, p))
}

// TestTooMuch: what cannot be sent in time is told, and does not count as latency alone.
func TestTooMuch(t *testing.T) {
	p := small()
	p.watchers, p.uplink = 4000, 400_000
	assert.T(t, mustRun(t, p).behind > 0)
}

func TestWatcherIsNotFooled(t *testing.T) {
	for _, told := range [][]int64{{11, 11}, {12}, {11, 13}, {11, 12, 11}, {11, 12, 13, 14}, {10}} {
		f, err := newFanout(fanoutPlan{plan: plan{members: 1, cores: 1, delay: everywhere(0)}, watchers: 1, dirs: 1, rate: 1, kill: -1})
		assert.Equal(t, nil, err)
		for i, rev := range []int64{11, 12, 13} {
			f.sets = append(f.sets, change{rev: rev})
			f.truth[0] = append(f.truth[0], i)
		}
		w := f.watching[0]
		w.take(f.stations[0], told)
		assert.T(t, f.w.err != nil, told)
	}
}

// TestNodeBehindItsWatcher has a client come to a node that has not yet applied what the client was told of elsewhere.
func TestNodeBehindItsWatcher(t *testing.T) {
	f, err := newFanout(fanoutPlan{plan: plan{members: 2, cores: 1, delay: everywhere(0)}, watchers: 1, dirs: 1, rate: 1, kill: -1})
	assert.Equal(t, nil, err)
	for i, rev := range []int64{11, 12, 13} {
		f.sets = append(f.sets, change{rev: rev})
		f.truth[0] = append(f.truth[0], i)
	}
	w, s := f.watching[0], f.stations[1]
	w.take(f.stations[0], []int64{11, 12})
	s.attach(w)
	for _, rev := range []int64{11, 12, 13} {
		s.revs[0], s.touched = append(s.revs[0], rev), []int{0}
		s.told()
		assert.Equal(t, nil, f.w.run(time.Millisecond))
	}
	assert.Equal(t, 3, w.told)
}

// TestMessages holds what is counted against what doc/consensus.md says.
func TestMessages(t *testing.T) {
	for _, n := range []int{3, 5} {
		p, err := countSets(n, 1, 1)
		assert.Equal(t, nil, err)
		most := float64(3 * (n - 1)) // NOMINATE, VOTE with SKIP, LEARN, to or from each other member
		assert.T(t, p.frames >= most && p.frames < 1.05*most, n, p.frames)
		all, err := countSets(n, n, 64)
		assert.Equal(t, nil, err)
		assert.T(t, all.frames < 0.5, n, all.frames)
		values := float64((n - 1) * setBytes(path, 64))
		assert.T(t, all.bytes > values && all.bytes < 1.5*values, n, all.bytes, values)
	}
	p, err := countSets(1, 1, 1)
	assert.Equal(t, nil, err)
	assert.Equal(t, perSet{}, p)
}

func TestDistances(t *testing.T) {
	const ms = time.Millisecond
	regions := placements()[1]
	got, err := regions.measure(200 * ms)
	assert.Equal(t, nil, err)
	assert.Equal(t, []time.Duration{70 * ms, 90 * ms, 90 * ms}, got.lone) // the way to the farthest and back
	assert.Equal(t, []time.Duration{0, 0, 0}, got.quiet)
	assert.Equal(t, []time.Duration{30 * ms, 30 * ms, 70 * ms}, got.asked) // to the nearest and back
	assert.Equal(t, []time.Duration{0, 15 * ms, 35 * ms}, got.event)       // one way
	assert.Equal(t, 0, got.unknown)
	assert.T(t, got.killed > 90*ms && got.killed < 500*ms && got.silent < 600*ms, got.killed, got.silent)

	short := &far{} // with leases shorter than the way
	assert.Equal(t, nil, regions.idle(short, 70*ms))
	assert.Equal(t, short.asked, short.quiet)
}

func TestOnlyTablesThatThereAre(t *testing.T) {
	err := run(io.Discard, usual(), false, []string{"members", "nothing"})
	assert.T(t, err != nil && strings.Contains(err.Error(), "nothing"), err)
	var out strings.Builder
	assert.Equal(t, nil, run(&out, small(), true, nil))
	assert.Equal(t, 3, strings.Count(out.String(), "\n"), out.String())
}

func TestPlansThatCannotBeRun(t *testing.T) {
	for _, spoil := range []func(*fanoutPlan){
		func(p *fanoutPlan) { p.members = 0 },
		func(p *fanoutPlan) { p.members = 17 },
		func(p *fanoutPlan) { p.dirs = 0 },
		func(p *fanoutPlan) { p.rate = 0 },
		func(p *fanoutPlan) { p.value = 1<<20 + 1 },
		func(p *fanoutPlan) { p.kill = 7 },
		func(p *fanoutPlan) { p.followers, p.kill = 1, 3 },
	} {
		p := small()
		spoil(&p)
		_, err := p.run()
		assert.NotEqual(t, nil, err)
	}
}

func TestHost(t *testing.T) {
	w, err := newWorld(plan{members: 1, cores: 2, uplink: 1e9, delay: everywhere(0)})
	assert.Equal(t, nil, err)
	h := newHost(w)
	var ends []string
	work := func(name string) job {
		return func() (int64, func()) {
			return 10 * ms, func() { ends = append(ends, name+time.Duration(w.now-ms).String()) }
		}
	}
	for _, name := range []string{"a", "b", "c"} {
		h.soon(work(name))
	}
	h.urgent(work("d"))
	assert.Equal(t, nil, w.run(time.Second))
	assert.Equal(t, []string{"a10ms", "b10ms", "d20ms", "c20ms"}, ends)
	assert.Equal(t, spending{cpu: 40 * ms}, h.spent)
	assert.Equal(t, w.now+1000, h.send(1000))
	assert.Equal(t, w.now+3000, h.send(2000))
	h.dead = true
	h.soon(work("e"))
	assert.Equal(t, nil, w.run(time.Second))
	assert.Equal(t, 4, len(ends))
}
