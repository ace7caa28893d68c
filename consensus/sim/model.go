package sim

import (
	"hash/maphash"
	"strings"

	"github.com/ha/doozer/store"
)

// model is the store's dumb twin: what the log makes of the tree, in a map.
// Instead of a copy for each revision it has a sum for it.
type model struct {
	seed  maphash.Seed
	files map[string]file
	rev   int64  // the highest seqn with a mutation
	sum   uint64 // of the marks of all files
}

type file struct {
	value []byte
	rev   int64
}

func newModel() *model {
	return &model{seed: maphash.MakeSeed(), files: make(map[string]file)}
}

// mark stands for a file, or for a change, in comparisons.
func (t *model) mark(path string, value []byte, rev int64) uint64 {
	x := maphash.String(t.seed, path) + 3*maphash.Bytes(t.seed, value) + uint64(rev)*0x9e3779b97f4a7c15
	x = (x ^ x>>32) * 0xd6e8feb86659fd93
	return x ^ x>>32
}

// eventMark stands for the change that a watcher sees.
func (t *model) eventMark(e *store.Event) uint64 {
	if e.Del {
		return t.mark(e.Path, nil, -e.Seqn)
	}
	return t.mark(e.Path, e.Value, e.Seqn)
}

// get reads a file, as a view does.
func (t *model) get(path string) ([]byte, int64) {
	f := t.files[path]
	return f.value, f.rev
}

func (t *model) put(path string, value []byte, rev int64) {
	t.drop(path)
	t.files[path] = file{value, rev}
	t.sum += t.mark(path, value, rev)
}

func (t *model) drop(path string) {
	if f, ok := t.files[path]; ok {
		t.sum -= t.mark(path, f.value, f.rev)
		delete(t.files, path)
	}
}

// apply applies m, which is about that file, at seqn. It returns its result's
// code, and the change that watchers see; none: of no path.
func (t *model) apply(seqn int64, m mutation, path string, value []byte) (code int32, change store.Event) {
	t.rev = seqn
	if err := t.allows(m, path); err != nil {
		text := []byte(err.Error())
		t.put(errPath, text, seqn)
		return codeOf(err), store.Event{Seqn: seqn, Path: errPath, Value: text}
	}
	if !m.dels() {
		t.put(path, value, seqn)
		return codeOK, store.Event{Seqn: seqn, Path: path, Value: value}
	}
	if _, ok := t.files[path]; !ok {
		return codeOK, store.Event{}
	}
	t.drop(path)
	return codeOK, store.Event{Seqn: seqn, Path: path, Del: true}
}

const errPath = "/ctl/err"

// allows tells what is wrong with m, as the store's page has it.
func (t *model) allows(m mutation, path string) error {
	for other := range t.files {
		if strings.HasPrefix(other, path+"/") {
			return store.ErrIsDir
		}
	}
	for other := range t.files {
		if !m.dels() && strings.HasPrefix(path, other+"/") {
			return store.ErrNotDir
		}
	}
	if m.rev != clobber && t.files[path].rev > m.rev {
		return store.ErrRevMismatch
	}
	return nil
}
