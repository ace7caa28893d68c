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
	recs, bytes := g.group([]client.Event{
		{Path: "/a", Rev: 5, Value: []byte("1")},
		{Path: "/b", Rev: 9, More: true},
	}, now)
	assert.Equal(t, 1, len(recs))
	assert.Equal(t, int64(5), recs[0].Rev)
	assert.Equal(t, now.UnixNano(), recs[0].Time)
	assert.Equal(t, 2+1+changeBytes, bytes)
	recs, bytes = g.group([]client.Event{{Path: "/c", Rev: 9, Del: true, More: true}}, now)
	assert.Equal(t, 0, len(recs)+bytes)
	recs, _ = g.group([]client.Event{{Path: "/d", Rev: 9}, {Path: "/e", Rev: 10}}, now)
	assert.Equal(t, 2, len(recs))
	assert.Equal(t, 3, len(recs[0].Changes))
	assert.T(t, recs[0].Changes[1].Del)
	assert.Equal(t, int64(10), recs[1].Rev)
}

func records(n int) []*journal.Record { return make([]*journal.Record, n) }

// A queue takes so much and no more until it is emptied, gives all that it has at once, and tells at
// its end why it ended.
func TestQueue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := newQueue()
		ctx, cancel := context.WithCancel(t.Context())
		assert.Equal(t, nil, q.put(ctx, records(3), maxQueue))
		waiting := make(chan error, 1)
		go func() { waiting <- q.put(ctx, records(4), 1) }()
		synctest.Wait()
		assert.Equal(t, 0, len(waiting))
		<-q.some
		recs, err := q.take(nil)
		assert.T(t, err == nil && len(recs) == 3, len(recs), err)
		assert.Equal(t, nil, <-waiting)
		assert.Equal(t, nil, q.put(ctx, records(1), maxQueue))
		go func() { waiting <- q.put(ctx, records(1), 1) }()
		synctest.Wait()
		cancel()
		assert.T(t, errors.Is(<-waiting, context.Canceled))
		q.end(io.EOF)
		<-q.some
		recs, err = q.take(nil)
		assert.T(t, err == nil && len(recs) == 5, len(recs), err)
		<-q.some
		_, err = q.take(nil)
		assert.Equal(t, io.EOF, err)
	})
}

// A report is wanted when users' files changed, not for those of the cluster or its own.
func TestReportWanted(t *testing.T) {
	s := newState("/backup/a")
	change := func(path string) []*journal.Record {
		return []*journal.Record{{Rev: 1, Changes: []*journal.Change{{Path: path}}}}
	}
	for _, c := range []struct {
		path string
		want bool
	}{{"/ctl/node/x/applied", false}, {"/backup/a", false}, {"/backup/b", true}, {"/ctlx", true}, {"/x", true}} {
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
