package journal_test

import (
	"bytes"
	"errors"
	"testing"

	"github.com/bmizerany/assert"

	"github.com/ha/doozer/journal"
	"github.com/ha/doozer/store"
)

// Of a snapshot whose head is damaged all files can be read.
func TestSalvage(t *testing.T) {
	var b bytes.Buffer
	files := func(yield func(store.File, error) bool) {
		_ = yield(store.File{Path: "/a", Rev: 1}, nil) && yield(store.File{Path: "/b", Rev: 2}, nil)
	}
	assert.Equal(t, nil, journal.WriteSnapshot(&b, &journal.Head{Rev: 5}, files))
	damaged := b.Bytes()
	damaged[0] ^= 1
	_, err := journal.NewSnapshotReader(bytes.NewReader(damaged), "x")
	assert.T(t, errors.Is(err, journal.ErrNotJournal), err)
	var paths []string
	var damage []error
	for f, err := range journal.Salvage(bytes.NewReader(damaged), "x").Files() {
		if err != nil {
			damage = append(damage, err)
		} else {
			paths = append(paths, f.Path)
		}
	}
	assert.Equal(t, []string{"/a", "/b"}, paths)
	assert.Equal(t, 1, len(damage))
}
