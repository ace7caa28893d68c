package store

import (
	"testing"

	"github.com/bmizerany/assert"
)

// TestRestoreAmongNops: between the last mutation of a snapshot and its
// revision nothing happened, so what REV answers can be read and watched from.
func TestRestoreAmongNops(t *testing.T) {
	files := func(yield func(File) bool) { yield(File{"/a", []byte("x"), 7}) }
	s, err := Restore(Config{}, 20, 9, files)
	assert.Equal(t, nil, err)
	assert.Equal(t, int64(9), s.View().Rev())
	v, err := s.At(9)
	assert.Equal(t, nil, err)
	value, rev := v.Get("/a")
	assert.Equal(t, []byte("x"), value)
	assert.Equal(t, int64(7), rev)
	w, err := s.Watch(mustGlob(t, "/**"), 10)
	assert.Equal(t, nil, err)
	s.Apply([]Entry{{21, set("/b")}}, 21, nil)
	events, err := w.Next(nil, 10)
	assert.T(t, err == nil && len(events) == 1 && events[0].Path == "/b", events, err)
}
