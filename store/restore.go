package store

import (
	"errors"
	"fmt"
	"iter"
)

// File is a file of a snapshot.
type File struct {
	Path  string
	Value []byte // copied
	Rev   int64
}

// Restore makes a store of another's view at revision applied, whose Rev was rev:
// all its files, in any order. It can be read from rev on, and watched from rev+1
// on. Errors: ErrBadConfig, and ErrBadSnapshot when the files cannot be the whole
// of such a view.
func Restore(cfg Config, applied, rev int64, files iter.Seq[File]) (*Store, error) {
	s, err := New(cfg)
	if err != nil {
		return nil, err
	}
	st, ids, err := restored(new(state), applied, rev, files)
	if err != nil {
		return nil, err
	}
	s.ids = ids
	s.now.Store(st)
	return s, nil
}

// Reset replaces the whole store by another's view, as Restore does, at or above
// the applied revision; readers see the old state until it is done, and on an
// error. Watches from rev or below get ErrTooLate. It belongs to Apply's goroutine.
func (s *Store) Reset(applied, rev int64, files iter.Seq[File]) error {
	st, ids, err := restored(s.now.Load(), applied, rev, files)
	if err != nil {
		return err
	}
	s.ids = ids
	s.now.Store(st)
	s.watchers.reset(rev)
	s.watchers.offered.Store(applied)
	s.waiters.wake(applied)
	return nil
}

// restored is a state with nothing but files, to follow upon old.
func restored(old *state, applied, rev int64, files iter.Seq[File]) (*state, *numbers, error) {
	if applied < old.applied || rev < 0 || rev > applied {
		return nil, nil, fmt.Errorf("%w: revision %d with the last mutation at %d, on top of %d",
			ErrBadSnapshot, applied, rev, old.applied)
	}
	t, ids := newTree(), new(numbers)
	for f := range files {
		if f.Rev < 1 || f.Rev > rev {
			return nil, nil, fmt.Errorf("%w: %.80q has revision %d of %d", ErrBadSnapshot, f.Path, f.Rev, rev)
		}
		if err := t.restore(f, ids); err != nil {
			return nil, nil, fmt.Errorf("%w: %.80q: %w", ErrBadSnapshot, f.Path, err)
		}
	}
	at := old.hist.next // slots are numbered on, for watches that wait for later revisions
	at += -at & (chunkSize - 1)
	h := history{base: at >> chunkBits, first: at, next: at, floor: rev, last: rev} // above rev are nops alone
	return &state{t, h, applied, rev}, ids, nil
}

// restore adds a file, and the directories above it.
func (t *tree) restore(f File, ids *numbers) error {
	if err := CheckPath(f.Path); err != nil {
		return err
	}
	if len(f.Value) > MaxValue {
		return ErrValueTooLarge
	}
	if f.Path == "/" || !t.plant(kindSet, f.Path, f, ids) {
		return errors.New("twice, or a directory")
	}
	for dir := parent(f.Path); dir != "/"; dir = parent(dir) {
		if v := t.get(dir); v.isDir() {
			break
		} else if v.isFile() {
			return ErrNotDir
		}
		t.plant(kindDir, dir, File{Rev: f.Rev}, ids)
	}
	return nil
}

// plant makes what f says stand at path. It returns false if something stands there.
func (t *tree) plant(kind byte, path string, f File, ids *numbers) bool {
	id, old := t.place(path, ids)
	if old == nil {
		t.put(path, id, nil, &version{seqn: f.Rev, idx: unhistoric, rec: makeRecord(kind, path, f.Value)})
	}
	return old == nil
}
