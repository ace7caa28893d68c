package store

import "strings"

// branch is a place in a tree of globs, name by name.
type branch struct {
	names map[string]*branch // by a next name without wildcards
	wild  []*globbed         // by a next name with "?" or "*": branches
	tails []*globbed         // by a whole glob whose next name has "**": watches
	ends  []*Watch           // of the globs that end here
}

// globbed is what lies behind a glob: a branch or watches.
type globbed struct {
	glob    Glob
	branch  branch
	watches []*Watch
}

// change is a slot on its way to the watches.
type change struct {
	path string
	seqn int64
	idx  int64
}

// offer tells the watches below b; rest is the part of the path that led not yet to b.
func (b *branch) offer(c change, rest string) {
	for _, t := range b.tails {
		if t.glob.Match(c.path) {
			offerAll(t.watches, c)
		}
	}
	if rest == "" {
		offerAll(b.ends, c)
		return
	}
	name, rest, _ := strings.Cut(rest, "/")
	if next := b.names[name]; next != nil {
		next.offer(c, rest)
	}
	for _, g := range b.wild {
		if g.glob.Match(name) {
			g.branch.offer(c, rest)
		}
	}
}

func offerAll(watches []*Watch, c change) {
	for _, w := range watches {
		w.offer(c)
	}
}

func (b *branch) each(fn func(*Watch)) {
	for _, w := range b.ends {
		fn(w)
	}
	for _, t := range b.tails {
		for _, w := range t.watches {
			fn(w)
		}
	}
	for _, next := range b.names {
		next.each(fn)
	}
	for _, g := range b.wild {
		g.branch.each(fn)
	}
}

// add puts w below b; rest is the part of its glob that led not yet to b.
func (b *branch) add(w *Watch, rest string) {
	name, more, _ := strings.Cut(rest, "/")
	switch {
	case rest == "":
		b.ends = append(b.ends, w)
	case strings.Contains(name, "**"):
		t := behind(&b.tails, w.glob)
		t.watches = append(t.watches, w)
	case strings.ContainsAny(name, "?*"):
		behind(&b.wild, compile(name)).branch.add(w, more)
	default:
		if b.names == nil {
			b.names = make(map[string]*branch)
		}
		if b.names[name] == nil {
			b.names[name] = new(branch)
		}
		b.names[name].add(w, more)
	}
}

// remove takes away what add put there.
func (b *branch) remove(w *Watch, rest string) {
	name, more, _ := strings.Cut(rest, "/")
	switch {
	case rest == "":
		b.ends = without(b.ends, w)
	case strings.Contains(name, "**"):
		t := behind(&b.tails, w.glob)
		if t.watches = without(t.watches, w); len(t.watches) == 0 {
			b.tails = without(b.tails, t)
		}
	case strings.ContainsAny(name, "?*"):
		g := behind(&b.wild, compile(name))
		if g.branch.remove(w, more); g.branch.empty() {
			b.wild = without(b.wild, g)
		}
	default:
		next := b.names[name]
		if next.remove(w, more); next.empty() {
			delete(b.names, name)
		}
	}
}

func (b *branch) empty() bool {
	return len(b.names) == 0 && len(b.wild) == 0 && len(b.tails) == 0 && len(b.ends) == 0
}

// behind is what lies behind a glob, made if it is new.
func behind(list *[]*globbed, g Glob) *globbed {
	for _, x := range *list {
		if x.glob.text == g.text {
			return x
		}
	}
	x := &globbed{glob: g}
	*list = append(*list, x)
	return x
}

// without is list less x, in any order.
func without[T comparable](list []T, x T) []T {
	var none T
	for i := range list {
		if list[i] == x {
			last := len(list) - 1
			list[i], list[last] = list[last], none
			return list[:last]
		}
	}
	return list
}
