package journal_test

import (
	"context"
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/bmizerany/assert"

	"github.com/ha/doozer/journal"
)

// gapped is a journal of 10 to 30, and 50 to 70.
func gapped(t *testing.T) *writer {
	w := newWriter(t)
	w.begin(10)
	w.put(20, 30)
	w.begin(50)
	w.put(60, 70)
	return w
}

// An error that a revision cannot be had says which can.
func TestNearest(t *testing.T) {
	a := gapped(t).read()
	for rev, want := range map[int64]string{
		5:             ", the nearest is 10: no snapshot to begin with up to it",
		31:            ", the nearest are 30 and 50: changes after revision 30, up to 50, are missing",
		49:            ", the nearest are 30 and 50: changes after revision 30, up to 50, are missing",
		71:            ", the nearest is 70",
		math.MaxInt64: ", the nearest is 70",
	} {
		_, err := a.At(rev, nil)
		assert.T(t, errors.Is(err, journal.ErrMissing), rev, err)
		assert.T(t, strings.HasSuffix(err.Error(), want), rev, err)
	}
	for _, rev := range []int64{10, 29, 30, 50, 70} {
		_, err := a.At(rev, nil)
		assert.Equal(t, nil, err, rev)
	}
}

func TestSpans(t *testing.T) {
	w := gapped(t)
	w.save(65)
	spans := func() []journal.Span {
		s, err := w.read().Spans(nil)
		assert.Equal(t, nil, err)
		return s
	}
	assert.Equal(t, []journal.Span{{10, 30}, {50, 70}}, spans())
	wreck(t, journal.SnapshotPath(w.dir, 50), 1<<20)
	assert.Equal(t, []journal.Span{{10, 30}, {65, 70}}, spans())
	w.save(80)
	assert.Equal(t, []journal.Span{{10, 30}, {65, 70}, {80, 80}}, spans())
}

// A snapshot that is damaged is no way to begin; the one before it is, if no change is missing since.
func TestAtWithoutASnapshot(t *testing.T) {
	w := gapped(t)
	w.save(30)
	wreck(t, journal.SnapshotPath(w.dir, 30), 1)
	wreck(t, journal.SnapshotPath(w.dir, 50), 1)
	tree, err := w.read().At(30, nil)
	assert.Equal(t, nil, err)
	assert.Equal(t, int64(30), tree.Files["/a"].Rev)
	_, err = w.read().At(60, nil)
	assert.T(t, errors.Is(err, journal.ErrMissing), err)
	assert.T(t, strings.Contains(err.Error(), ", the nearest is 30: "), err)
	assert.T(t, errors.As(err, new(*journal.Damage)), err) // the snapshot's
}

// A snapshot shows what its name says, or is none.
func TestMisnamedSnapshot(t *testing.T) {
	w := gapped(t)
	h := &journal.Head{Cluster: "local", Id: "ID", Rev: 29}
	assert.Equal(t, nil, journal.SaveSnapshot(journal.SnapshotPath(w.dir, 25), h, noFiles))
	tree, err := w.read().At(25, nil)
	assert.Equal(t, nil, err)
	assert.Equal(t, 1, len(tree.Files))
	assert.Equal(t, nil, journal.SaveSnapshot(journal.SnapshotPath(w.dir, 40), h, noFiles))
	_, err = w.read().At(40, nil)
	assert.T(t, strings.Contains(err.Error(), "the nearest are 30 and 50: "), err)
}

// Whoever is told of the bytes read can end the reading, and that is no damage.
func TestProgressEndsReading(t *testing.T) {
	a := gapped(t).read()
	stop := func(int64) error { return context.Canceled }
	_, err := a.At(70, stop)
	assert.T(t, errors.Is(err, context.Canceled) && !errors.Is(err, journal.ErrMissing), err)
	n := 0
	for _, err := range a.Verify(stop) {
		assert.T(t, errors.Is(err, context.Canceled), err)
		n++
	}
	assert.Equal(t, 1, n)
	var read int64
	count := func(bytes int64) error { read += bytes; return nil }
	_, err = a.At(30, count)
	assert.Equal(t, nil, err)
	assert.Equal(t, a.BytesTo(30), read)
	assert.T(t, read < a.Bytes(), read)
	read = 0
	for f, err := range a.Verify(count) {
		assert.Equal(t, nil, err)
		assert.T(t, f.Harmless, f.Err)
	}
	assert.Equal(t, a.Bytes(), read)
}
