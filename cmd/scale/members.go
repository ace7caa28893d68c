package main

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/ha/doozer/consensus"
)

// path is that of every file, in size.
const path = "/watched/00/000"

// perSet is what a SET costs the nodes of a cluster in what they say to each other, all of them together.
type perSet struct {
	frames, bytes float64
	kinds         string
}

// countSets has SETs written in turn by all members, or by one alone, so many at a time at each, and counts.
func countSets(members, writers, atATime int) (perSet, error) {
	w, err := newWorld(plan{seed: 1, members: members, cores: 1, delay: everywhere(50 * time.Microsecond)})
	if err != nil {
		return perSet{}, err
	}
	if err := w.run(time.Second); err != nil {
		return perSet{}, err
	}
	mutation := make([]byte, setBytes(path, 64))
	sets := 0
	for _, n := range w.nodes[:writers] {
		for range atATime {
			var next func(consensus.Done)
			next = func(d consensus.Done) {
				if d.Status != consensus.OK {
					w.fail("a SET ended with %d", d.Status)
				}
				sets++
				w.after(50*us, func() { n.set(mutation, next) }) // the client's way
			}
			n.set(mutation, next)
		}
	}
	if err := w.run(20 * time.Millisecond); err != nil {
		return perSet{}, err
	}
	before, from := w.said(), sets
	if err := w.run(100 * time.Millisecond); err != nil {
		return perSet{}, err
	}
	return w.said().less(before).per(sets - from), nil
}

// said is what all nodes said, together.
func (w *world) said() (sum tally) {
	for _, n := range w.nodes {
		sum.frames += n.said.frames
		sum.bytes += n.said.bytes
		for k, c := range n.said.kinds {
			sum.kinds[k] += c
		}
	}
	return sum
}

func (t tally) less(before tally) tally {
	t.frames -= before.frames
	t.bytes -= before.bytes
	for k := range t.kinds {
		t.kinds[k] -= before.kinds[k]
	}
	return t
}

func (t tally) per(sets int) perSet {
	p := perSet{frames: float64(t.frames) / float64(sets), bytes: float64(t.bytes) / float64(sets)}
	var all []string
	for k, c := range t.kinds {
		if kind := consensus.Kind(k); c > 0 && !isIdle(kind) {
			all = append(all, fmt.Sprintf("%s %.3g", kind, float64(c)/float64(sets)))
		}
	}
	p.kinds = strings.Join(all, ", ")
	return p
}

// memberCounts are the sizes of clusters that are looked at.
func memberCounts() []int { return []int{1, 3, 5, 7, 9} }

func writeMembers(out io.Writer) error {
	fmt.Fprintf(out, "## Members\n\nWhat they say to each other for a SET of 64 bytes, all together.\n")
	for _, l := range []struct {
		name    string
		all     bool
		atATime int
	}{
		{"one member's clients write, one SET at a time", false, 1},
		{"those of all members write, one at a time at each", true, 1},
		{"64 at a time at each", true, 64},
	} {
		fmt.Fprintf(out, "\n%s:\n\n| members | frames | bytes | messages |\n|---:|---:|---:|---|\n", l.name)
		for _, n := range memberCounts() {
			writers := 1
			if l.all {
				writers = n
			}
			p, err := countSets(n, writers, l.atATime)
			if err != nil {
				return err
			}
			fmt.Fprintf(out, "| %d | %.3g | %.0f | %s |\n", n, p.frames, p.bytes, p.kinds)
		}
	}
	return nil
}
