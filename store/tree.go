package store

import "strings"

// tree is the newest version of every path, tombstones of the kept history
// included: a number for each path, by one B-tree for each depth, and a version
// for each number. A tree is a value; the writer edits its own copy, in place
// where it owns the nodes, and publishes it with the state.
type tree struct {
	levels   []*node // levels[d-1]: the paths of d names
	versions versions
	edit     uint64 // of the writer; published nodes are of an edit below
	epoch    uint64 // the edit that the history's epoch began with
	hints    *hints
}

func newTree() tree { return tree{hints: newHints()} }

// edited is the tree to begin a new edit with: t stays as it is.
func (t tree) edited() tree {
	t.levels = append([]*node(nil), t.levels...)
	t.versions.tops = append(t.versions.tops[:0:0], t.versions.tops...)
	t.edit++
	return t
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
	_, v := t.find(path)
	return v
}

// find is the number and the newest version of a path; nil if there is none.
func (t *tree) find(path string) (id uint32, v *version) {
	if id, v = t.hints.find(path, &t.versions); v != nil {
		return id, v
	}
	var s spot
	return t.look(&s, path)
}

// look is find by the B-tree, and takes s to where the path is, or would be.
func (t *tree) look(s *spot, path string) (id uint32, v *version) {
	if s.seek(t.level(depth(path)), path); !s.found {
		return 0, nil
	}
	_, id = s.entry()
	t.hints.note(path, id)
	return id, t.versions.get(id)
}

// place is the number of path, made if it is new, and its newest version.
func (t *tree) place(path string, ids *numbers) (id uint32, v *version) {
	if id, v = t.hints.find(path, &t.versions); v != nil {
		return id, v
	}
	var s spot
	if id, v = t.look(&s, path); v == nil {
		id = ids.take()
		t.insert(&s, path, id)
		t.hints.fit(ids.used())
		t.hints.note(path, id)
	}
	return id, v
}

// put makes v the version of path, whose number is id, in place of old. The B-tree
// is concerned only where something comes to stand at the path, or ceases to. A
// new number is kept from the views of this epoch: what they know of the path is
// linked to another number, or to none.
func (t *tree) put(path string, id uint32, old, v *version) {
	own := t.epoch
	switch {
	case old == nil:
		own = t.edit
	case old.living() != v.living():
		var s spot
		d := depth(path)
		s.seek(t.levels[d-1], path)
		t.levels[d-1] = s.mark(v.living(), t.edit)
	}
	t.versions.set(id, v, own, t.edit)
}

// insert gives a new path its number, at its spot. The key is a copy: it must not keep the
// mutation alive that first named it.
func (t *tree) insert(s *spot, path string, id uint32) {
	d := depth(path)
	for len(t.levels) < d {
		t.levels = append(t.levels, nil)
	}
	t.levels[d-1] = s.insert(strings.Clone(path), id, t.edit)
}

// bury takes a tombstone out that no kept revision needs any more, unless a newer
// version stands in its place.
func (t *tree) bury(v *version, ids *numbers) {
	path := v.rec.path()
	id, newest := t.find(path)
	if newest != v {
		return
	}
	var s spot
	d := depth(path)
	s.seek(t.levels[d-1], path)
	t.levels[d-1] = s.remove(t.edit)
	for n := len(t.levels); n > 0 && t.levels[n-1] == nil; n-- {
		t.levels = t.levels[:n-1]
	}
	t.versions.set(id, nil, t.edit, t.edit) // views of this epoch may need it still
	ids.give(id)
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
