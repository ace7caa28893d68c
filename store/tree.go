package store

// tree is the newest version of every path, tombstones of the kept history
// included: one B-tree for each depth. A tree is a value; the writer edits its own
// copy, in place where it owns the nodes, and publishes it with the state.
type tree struct {
	levels []*node // levels[d-1]: the paths of d names
	edit   uint64  // of the writer; published nodes are of an edit below
}

// edited is the tree to begin a new edit with: t stays as it is.
func (t tree) edited() tree {
	return tree{append([]*node(nil), t.levels...), t.edit + 1}
}

// level is the root of the B-tree of the paths of depth d; nil if there are none.
func (t *tree) level(d int) *node {
	if d < 1 || d > len(t.levels) {
		return nil
	}
	return t.levels[d-1]
}

// get is the newest version of a path; nil if there is none.
func (t *tree) get(path string) *version {
	var s spot
	s.seek(t.level(depth(path)), path)
	return s.version()
}

// put makes v the newest version at s, the spot of path.
func (t *tree) put(s *spot, path string, v *version) {
	d := depth(path)
	for len(t.levels) < d {
		t.levels = append(t.levels, nil)
	}
	if s.found {
		t.levels[d-1] = s.replace(v, t.edit)
	} else {
		t.levels[d-1] = s.insert(path, v, t.edit)
	}
}

// bury takes a tombstone out that no kept revision needs any more, unless a newer
// version stands in its place.
func (t *tree) bury(v *version) {
	path := v.rec.path()
	d := depth(path)
	var s spot
	s.seek(t.level(d), path)
	if s.version() != v {
		return
	}
	t.levels[d-1] = s.remove(t.edit)
	for n := len(t.levels); n > 0 && t.levels[n-1] == nil; n-- {
		t.levels = t.levels[:n-1]
	}
}

// entries is the place of a directory's living entries among those of its depth:
// n of them from number first.
func (t *tree) entries(dir string) (level *node, first, n int) {
	level = t.level(depth(dir) + 1)
	if dir == "/" {
		if level != nil {
			n = level.living()
		}
		return level, 0, n
	}
	first = level.rank(dir + "/")
	return level, first, level.rank(dir+"0") - first // "0" is the byte after "/"
}
