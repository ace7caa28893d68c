package store

// index is the open watches by their globs: a change finds those that it concerns, and what the others
// are, and how many, costs it next to nothing. It belongs to whoever holds the watchers' mutex.
type index struct {
	groups map[string]*group // by the glob's tokens; so where it has no wildcard, by the one path that it matches
	root   branch            // those with wildcards
	search search
}

// group is the watches of one glob.
type group struct {
	glob    Glob
	watches []*Watch
}

// change is a slot on its way to the watches.
type change struct {
	path string
	seqn int64
	idx  int64
}

func (g *group) offer(c change) {
	for _, w := range g.watches {
		w.offer(c)
	}
}

// offer tells the watches that match of a change.
func (x *index) offer(c change) {
	if g := x.groups[c.path]; g != nil {
		g.offer(c)
	}
	x.search.offer(&x.root, c)
}

func (x *index) each(fn func(*Watch)) {
	for _, g := range x.groups {
		for _, w := range g.watches {
			fn(w)
		}
	}
}

func (x *index) add(w *Watch) {
	tokens := tokenize(w.glob.text)
	g := x.groups[tokens]
	if g == nil {
		g = &group{glob: w.glob}
		if x.groups == nil {
			x.groups = make(map[string]*group)
		}
		x.groups[tokens] = g
		if g.wild() {
			x.root.put(g, tokens)
		}
	}
	w.place = len(g.watches)
	g.watches = append(g.watches, w)
}

// remove takes away what add put there.
func (x *index) remove(w *Watch) {
	tokens := tokenize(w.glob.text)
	g := x.groups[tokens]
	last := len(g.watches) - 1
	g.watches[last].place = w.place
	g.watches[w.place] = g.watches[last]
	g.watches[last] = nil
	if g.watches = g.watches[:last]; last > 0 {
		return
	}
	delete(x.groups, tokens)
	if g.wild() {
		x.root.take(g, tokens)
	}
}

func (g *group) wild() bool { return g.glob.rest != nil }
