package main

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/bmizerany/assert"
)

func sectionOf(name string, failed error) section {
	return measured(func(context.Context, *bench) (*idle, error) { return &idle{nodes: []float64{1}}, failed }, name)
}

func TestMeasureAll(t *testing.T) {
	b := &bench{options: options{only: only{"a", "c"}}, progress: io.Discard}
	failed := errors.New("failed")
	parts, err := measureAll(t.Context(), b, []section{sectionOf("a", nil), sectionOf("b", failed), sectionOf("c", nil)})
	assert.Equal(t, nil, err)
	assert.Equal(t, 2, len(parts))
}

func TestMeasureAllThoughOneFails(t *testing.T) {
	b, failed := &bench{progress: io.Discard}, errors.New("failed")
	parts, err := measureAll(t.Context(), b, []section{sectionOf("a", failed), sectionOf("b", nil)})
	assert.T(t, errors.Is(err, failed) && strings.HasPrefix(err.Error(), "a: "), err)
	assert.Equal(t, 2, len(parts))
	text := page(b.options, "here", parts)
	assert.T(t, strings.Contains(text, "## Not measured\n\na: failed\n"), text)
	assert.T(t, strings.Contains(text, "## Idle"), text)
}

func TestMeasureAllEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	parts, err := measureAll(ctx, &bench{progress: io.Discard}, []section{sectionOf("a", nil)})
	assert.Equal(t, 0, len(parts))
	assert.T(t, errors.Is(err, context.Canceled), err)
}

func TestAttachedSlowed(t *testing.T) {
	assert.Equal(t, 25.0, attached{before: 100, during: 75}.slowed())
}

func TestIdleWatchAdded(t *testing.T) {
	w := &idleWatch{without: []sample{{rate: 150}, {rate: 100}}, with: []sample{{rate: 100}, {rate: 100}}}
	assert.Equal(t, []float64{50, 0}, w.added())
}

func TestServerWithout(t *testing.T) {
	s := &server{procs: make([]*process, 3), addrs: []string{"a", "b", "c"}}
	assert.Equal(t, []string{"a", "c"}, s.without(1).addrs)
	assert.Equal(t, 2, len(s.without(1).procs))
	assert.Equal(t, 3, len(s.addrs))
}
