package main

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/bmizerany/assert"
)

// someSamples is a sample of each level, of a rate that is so many times as high at each.
func someSamples(rate float64, latency time.Duration) (all [len(peerLevels)][]sample) {
	for i := range all {
		all[i] = []sample{
			{rate: rate * float64(i+1), p50: latency, p99: 2 * latency, cpu: latency},
			{rate: 2 * rate * float64(i+1), p50: latency, p99: 2 * latency, cpu: latency},
		}
	}
	return all
}

func comparedPeers() *peers {
	p := &peers{bench: &bench{options: options{rounds: 2, round: time.Second}}, where: "ramfs"}
	p.echo, p.doozer = &contender{name: "echo"}, &contender{name: "Doozer", note: "frames"}
	p.client, p.etcd, p.fsynced = new(rival), new(rival), new(rival)
	p.client.name, p.etcd.name, p.fsynced.name = "client", "unsynced", "fsynced"
	p.client.kills = []killed{{write: 20 * time.Millisecond}, {write: 160 * time.Millisecond, read: time.Millisecond}}
	for _, c := range p.contenders() {
		c.sets, c.gets = someSamples(1000, time.Millisecond), someSamples(1000, time.Millisecond)
	}
	p.doozer.sets = someSamples(15_000, 100*time.Microsecond)
	p.watchings = []*watching{{name: "Doozer", events: []float64{100, 300}}, {name: "unsynced", events: []float64{50, 60}}}
	return p
}

func TestPageOfPeers(t *testing.T) {
	text := comparedPeers().page("here")
	for _, line := range []string{
		"| SETs to etcd's, 64 outstanding | at least 10 | 15.00 (15.00 to 15.00) | met |",
		"| SETs to etcd's, 256 outstanding | at least 20 | 15.00 (15.00 to 15.00) | **missed** |",
		"| one SET at a time, p50, to etcd's | at most 0.25 | 0.10 (0.10 to 0.10) | met |",
		"| CPU of all nodes for a SET, to etcd's, 256 outstanding | at most 0.05 | 0.10 (0.10 to 0.10) | **missed** |",
		"to etcd's | at least 3 | 3.50 (2.00 to 5.00) | met |",
		"pause in writes at the others, in ms | at most 150 | 90.00 (20.00 to 160.00) | **missed** |",
		"pause in reads at the others, in ms | at most 150 | 0.50 (0 to 1.00) | met |",
		"| Doozer: frames | 45,000 (30,000 to 60,000) |",
		"| Doozer: frames | 100 / 200 |",
		"| unsynced | 55 (50.00 to 60.00) |",
		"| client | 0 | 160 | 1 |",
		"ZooKeeper is not here", "the data on ramfs",
	} {
		assert.T(t, strings.Contains(text, line), line, text)
	}
}

func TestPageOfPeersThatFailed(t *testing.T) {
	p := comparedPeers()
	p.etcd.gets[peerMany], p.fsynced.sets[peerLone] = nil, nil
	p.watchings[1].events = p.watchings[1].events[:1]
	p.failed = errors.New("watch: no answer")
	text := p.page("here")
	for _, line := range []string{"## Not measured\n\nwatch: no answer\n", "to etcd's | at least 3 | 2.00 | **missed** |", "| 0 (none) |"} {
		assert.T(t, strings.Contains(text, line), line, text)
	}
	assert.T(t, !strings.Contains(text, "GETs to etcd's, 256"), text)
}
