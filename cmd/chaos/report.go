package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
)

// gap is a time without an acknowledgement.
type gap struct{ from, to int64 }

func (g gap) length() time.Duration { return time.Duration(g.to - g.from) }

// longest is the longest gap between times, which are in order, in a span.
func longest(times []int64, from, to int64) gap {
	i, _ := slices.BinarySearch(times, from)
	last, most := from, gap{from, from}
	for ; ; i++ {
		at := to
		if i < len(times) {
			at = min(times[i], to)
		}
		if at-last > most.to-most.from {
			most = gap{last, at}
		}
		if at == to {
			return most
		}
		last = at
	}
}

// acknowledged are the times when writes, or else reads, returned.
func acknowledged(ops []op, writes bool) (times []int64) {
	for _, o := range ops {
		if o.out == done && (o.verb != get) == writes {
			times = append(times, o.returns)
		}
	}
	slices.Sort(times)
	return times
}

// after is for how long a fault may be felt when it has ended.
const after = 500 * time.Millisecond

func (w window) felt() int64 { return w.ended + int64(after) }

// mark unsets alone for the windows that were not.
func mark(windows []window) {
	for i, w := range windows {
		for j, o := range windows {
			if i != j && o.begun < w.felt() && w.begun < o.felt() {
				windows[i].alone = false
			}
		}
	}
}

// report writes what was done, and how it went.
func report(out io.Writer, ops []op, h *history, windows []window, began, ended int64) {
	fmt.Fprintf(out, "operations: %s\n", countOps(ops, h))
	writes, reads := acknowledged(ops, true), acknowledged(ops, false)
	for _, kind := range []struct {
		name  string
		times []int64
	}{{"writes", writes}, {"reads", reads}} {
		g := longest(kind.times, began, ended)
		fmt.Fprintf(out, "longest pause in acknowledged %s: %v%s\n", kind.name, ms(g.length()), during(windows, g))
	}
	mark(windows)
	fmt.Fprintf(out, "%-8s %5s %5s   longest pause of writes, of reads; by those that met a whole cluster, alone\n", "fault", "times", "alone")
	for k := range kinds {
		if times, alone, w, r := pauses(k, windows, writes, reads, ended); times > 0 {
			fmt.Fprintf(out, "%-8v %5d %5d   %v, %v\n", k, times, alone, ms(w), ms(r))
		}
	}
}

// pauses counts the faults of a kind, and finds the longest pauses that those that were
// alone cost.
func pauses(k kind, windows []window, writes, reads []int64, ended int64) (times, alone int, w, r time.Duration) {
	for _, win := range windows {
		if win.kind != k {
			continue
		}
		times++
		if win.alone {
			alone++
			until := min(win.felt(), ended)
			w = max(w, longest(writes, win.begun, until).length())
			r = max(r, longest(reads, win.begun, until).length())
		}
	}
	return times, alone, w, r
}

func countOps(ops []op, h *history) string {
	var by [verbs][3]int
	for _, o := range ops {
		by[o.verb][o.out]++
	}
	var parts []string
	for v, n := range by {
		s := fmt.Sprintf("%d %v", n[done], verb(v))
		if verb(v) != get {
			s += fmt.Sprintf(" (and %d refused, %d of unknown outcome)", n[refused], n[unknown])
		}
		parts = append(parts, s)
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	return strings.Join(parts, ", ") + fmt.Sprintf("; %d that came to nothing", h.passed)
}

// during names the faults that lasted in a gap.
func during(windows []window, g gap) string {
	var names []string
	for _, w := range windows {
		if w.begun < g.to && g.from < w.felt() {
			names = append(names, w.fault.String())
		}
	}
	if len(names) == 0 {
		return ""
	}
	return " (" + strings.Join(names, "; ") + ")"
}

func ms(d time.Duration) time.Duration { return d.Round(time.Millisecond) }
