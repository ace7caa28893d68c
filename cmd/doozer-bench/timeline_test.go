package main

import (
	"testing"
	"time"

	"github.com/bmizerany/assert"
)

func TestTimeline(t *testing.T) {
	tr := &trace{begin: time.Now()}
	at := func(ms int) time.Time { return tr.begin.Add(time.Duration(ms) * time.Millisecond) }
	a, b := tr.line(), tr.line()
	for ms := range 100 {
		if ms < 40 || ms >= 60 {
			a.add(at(ms))
			a.add(at(ms))
		}
		if ms < 50 || ms >= 80 {
			b.add(at(ms))
		}
	}
	assert.Equal(t, 3000.0, tr.all().rate(at(0), at(40)))
	assert.Equal(t, 500.0, tr.all().rate(at(40), at(60)))
	assert.Equal(t, 11*slice, tr.all().pause(at(0), at(100))) // 50 to 60
	assert.Equal(t, 31*slice, tr.pause(at(0), at(100)))       // 50 to 80, at b
	assert.Equal(t, 11*slice, tr.pause(at(70), at(100)))
	assert.Equal(t, 51*slice, tr.pause(at(90), at(150))) // nothing came after 100
	assert.Equal(t, slice, a.pause(at(0), at(40)))
}

func TestTimelineBeforeItsBeginning(t *testing.T) {
	l := newTrace().line()
	l.add(l.begin.Add(-time.Second))
	assert.Equal(t, []uint32{1}, l.counts)
	assert.T(t, (*trace)(nil).line() == nil)
}
