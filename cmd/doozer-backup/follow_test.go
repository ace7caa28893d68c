package main

import (
	"context"
	"errors"
	"io"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bmizerany/assert"

	"github.com/ha/doozer/client"
	"github.com/ha/doozer/journal"
)

// The changes of one revision become one record, also when they come in pieces.
func TestGroup(t *testing.T) {
	var g grouper
	now := time.Unix(7, 0)
	recs := g.group([]client.Event{
		{Path: "/a", Rev: 5, Value: []byte("1")},
		{Path: "/b", Rev: 9, More: true},
	}, now)
	assert.Equal(t, 1, len(recs))
	assert.Equal(t, int64(5), recs[0].Rev)
	assert.Equal(t, now.UnixNano(), recs[0].Time)
	assert.Equal(t, 2+1+changeBytes, sizeOf(recs[0]))
	assert.Equal(t, 0, len(g.group([]client.Event{{Path: "/c", Rev: 9, Del: true, More: true}}, now)))
	recs = g.group([]client.Event{{Path: "/d", Rev: 9}, {Path: "/e", Rev: 10}}, now)
	assert.Equal(t, 2, len(recs))
	assert.Equal(t, 3, len(recs[0].Changes))
	assert.T(t, recs[0].Changes[1].Del)
	assert.Equal(t, int64(10), recs[1].Rev)
}

// records are some of so many bytes, each, in memory.
func records(n, bytes int) (recs []*journal.Record) {
	for range n {
		c := &journal.Change{Path: "/a", Value: make([]byte, bytes-changeBytes-2)}
		recs = append(recs, &journal.Record{Changes: []*journal.Change{c}})
	}
	return recs
}

// A queue takes so much and no more until there is room, gives what it has in portions, and tells at
// its end why it ended.
func TestQueue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := newQueue()
		ctx, cancel := context.WithCancel(t.Context())
		const mb = 1 << 20
		assert.Equal(t, nil, q.put(ctx, records(maxQueue/mb, mb)))
		waiting := make(chan error, 1)
		go func() { waiting <- q.put(ctx, records(4, mb)) }()
		synctest.Wait()
		assert.Equal(t, 0, len(waiting))
		var recs []*journal.Record
		take := func(want int, wantMore bool) {
			t.Helper()
			<-q.some
			var more bool
			var err error
			recs, more, err = q.take(recs)
			assert.T(t, err == nil && len(recs) == want && more == wantMore, len(recs), more, err)
		}
		take(maxTake/mb, true)
		assert.Equal(t, nil, <-waiting)
		for range maxQueue/maxTake - 1 {
			take(maxTake/mb, true)
		}
		take(4, false)
		assert.Equal(t, 0, q.bytes)

		assert.Equal(t, nil, q.put(ctx, records(1, maxQueue))) // one that is too large by itself
		go func() { waiting <- q.put(ctx, records(1, mb)) }()
		synctest.Wait()
		cancel()
		assert.T(t, errors.Is(<-waiting, context.Canceled))
		q.end(io.EOF)
		take(1, false)
		<-q.some
		_, _, err := q.take(recs)
		assert.Equal(t, io.EOF, err)
	})
}

// A report is wanted when users' files changed, not for those of the cluster or reports.
func TestReportWanted(t *testing.T) {
	s := newState("/ctl/backup/a")
	change := func(path string) []*journal.Record {
		return []*journal.Record{{Rev: 1, Changes: []*journal.Change{{Path: path}}}}
	}
	for _, c := range []struct {
		path string
		want bool
	}{{"/ctl/node/x/applied", false}, {"/ctl/backup/a", false}, {"/backup/b", true}, {"/ctlx", true}, {"/x", true}} {
		s.durable(5, change(c.path))
		rev, wanted := s.toReport()
		assert.Equal(t, int64(5), rev)
		assert.Equal(t, c.want, wanted, c.path)
	}
	s.durable(6, nil)
	_, wanted := s.toReport()
	assert.T(t, wanted)
	_, wanted = s.toReport()
	assert.T(t, !wanted)
}

// The lag is how far, and for how long, the disk has been behind what the cluster had.
func TestLag(t *testing.T) {
	s := newState("")
	s.durable(100, nil)
	at := time.Now()
	s.cluster(100, "n", at)
	assert.Equal(t, 0.0, s.get(at.Add(time.Hour)).LagSeconds)
	s.cluster(150, "n", at)
	h := s.get(at.Add(10 * time.Second))
	assert.T(t, h.LagRevs == 50 && h.LagSeconds == 10, h)
	s.cluster(200, "n", at.Add(5*time.Second))
	s.durable(160, nil)
	h = s.get(at.Add(10 * time.Second))
	assert.T(t, h.LagRevs == 40 && h.LagSeconds == 10, h)
	s.durable(200, nil)
	h = s.get(at.Add(20 * time.Second))
	assert.T(t, h.LagRevs == 0 && h.LagSeconds == 0, h)
}
