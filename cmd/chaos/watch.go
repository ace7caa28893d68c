package main

import (
	"cmp"
	"fmt"
	"slices"
)

// change is an event of a watch.
type change struct {
	rev   int64
	path  string
	value string
	del   bool
}

// record is what a watcher was told, in the order in which it came.
type record struct {
	name    string
	from    int64 // the revision that it was to begin with
	upTo    int64 // after which it was told that it missed some; 0: it was not
	changes []change
}

// covers tells whether it should have been told of a revision.
func (r record) covers(rev int64) bool { return rev >= r.from && (r.upTo == 0 || rev <= r.upTo) }

// checkOrder finds what came out of order, or twice.
func checkOrder(r record) (wrong []string) {
	last := change{}
	for _, c := range r.changes {
		if c.rev <= last.rev {
			wrong = append(wrong, fmt.Sprintf("%s: revision %d of %s came after %d of %s", r.name, c.rev, c.path, last.rev, last.path))
		}
		last = c
	}
	return wrong
}

// merge is all changes that any of them was told of, up to a revision, and what is wrong
// with that: two that were told something else of the same revision, or one that was
// not told of it.
func merge(records []record, upTo int64) (all []change, wrong []string) {
	at := make(map[int64]change)
	for _, r := range records {
		for _, c := range r.changes {
			old, known := at[c.rev]
			if known && old != c {
				wrong = append(wrong, fmt.Sprintf("%s was told of %+v, somebody else of %+v", r.name, c, old))
			}
			if c.rev <= upTo {
				at[c.rev] = c
			}
		}
	}
	for _, c := range at {
		all = append(all, c)
	}
	slices.SortFunc(all, func(a, b change) int { return cmp.Compare(a.rev, b.rev) })
	for _, r := range records {
		told := make(map[int64]bool)
		for _, c := range r.changes {
			told[c.rev] = true
		}
		for _, c := range all {
			if r.covers(c.rev) && !told[c.rev] {
				wrong = append(wrong, fmt.Sprintf("%s missed %+v", r.name, c))
			}
		}
	}
	return all, wrong
}

// checkWrites holds what writers were told against what watchers were told: every
// acknowledged SET is there at its revision, one of unknown outcome once at
// most, a refused one never, and nothing that nobody wrote. Lost are the
// acknowledged ones that are not there.
func checkWrites(ops []op, all []change) (lost, wrong []string) {
	at := make(map[int64]change)
	times := make(map[string]int) // by value, which is like no other's
	for _, c := range all {
		at[c.rev] = c
		if !c.del {
			times[c.value]++
		}
	}
	for _, o := range ops {
		if o.verb != cas && o.verb != set {
			continue
		}
		n := times[o.value]
		delete(times, o.value)
		switch c := at[o.at]; {
		case o.out == done && (n == 0 || c != change{rev: o.at, path: o.path, value: o.value}):
			lost = append(lost, o.String())
		case n > 1:
			wrong = append(wrong, fmt.Sprintf("it happened %d times: %v", n, o))
		case o.out == refused && n > 0:
			wrong = append(wrong, fmt.Sprintf("it happened though it was refused: %v", o))
		}
	}
	for value := range times {
		wrong = append(wrong, fmt.Sprintf("%q was written by nobody", value))
	}
	return lost, wrong
}

// replay is the tree that changes lead to.
func replay(all []change) map[string]change {
	files := make(map[string]change)
	for _, c := range all {
		if c.del {
			delete(files, c.path)
		} else {
			files[c.path] = c
		}
	}
	return files
}

// checkTree holds a node's tree against the one that it should have.
func checkTree(node string, got, want map[string]change) (wrong []string) {
	for path, w := range want {
		if g, ok := got[path]; !ok || g != w {
			wrong = append(wrong, fmt.Sprintf("%s has %+v where %+v should be", node, g, w))
		}
	}
	for path, g := range got {
		if _, ok := want[path]; !ok {
			wrong = append(wrong, fmt.Sprintf("%s has %+v that should not be", node, g))
		}
	}
	return wrong
}
