package main

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/bmizerany/assert"

	"github.com/ha/doozer/journal"
)

// Each error stays until that works again of which it is, and all are told.
func TestConcerns(t *testing.T) {
	s := newState("")
	for _, what := range concerns() {
		s.failed(what, errors.New("no "+string(what)))
		assert.Equal(t, 1.0, s.failing(what))
	}
	h := s.get(time.Now())
	assert.Equal(t, "cluster: no cluster; disk: no disk; follow: no follow; keeper: no keeper; report: no report", h.told())
	s.works(theDisk)
	s.works(theReport)
	s.cluster(5, "node", time.Now())
	s.durable(5, []*journal.Record{})
	h = s.get(time.Now())
	assert.Equal(t, "keeper: no keeper", h.told())
	assert.Equal(t, 0.0, s.failing(theDisk))
	assert.Equal(t, 1.0, s.failing(theKeeper))
	s.works(theKeeper)
	assert.Equal(t, "keeper: no keeper", h.told()) // it is as it was
	h = s.get(time.Now())
	assert.Equal(t, "", h.told())
	s.failed(theDisk, errors.New(strings.Repeat("x", 10_000)))
	h = s.get(time.Now())
	assert.Equal(t, len("disk: ")+maxErrorText, len(h.told()))
}
