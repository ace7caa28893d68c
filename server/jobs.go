package server

import (
	"github.com/ha/doozer/proto"
	"github.com/ha/doozer/store"
)

// maxWorkers is how many long reads of one connection are served at a time;
// others wait their turn.
const maxWorkers = 4

// later has a worker do a job. The jobs that wait are no more than the
// requests outstanding. After the connection ended it does nothing.
func (c *conn) later(job func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return
	}
	c.jobs = append(c.jobs, job)
	if c.workers < maxWorkers {
		c.workers++
		c.running.Go(c.work)
	}
}

// work does jobs until none waits.
func (c *conn) work() {
	for {
		c.mu.Lock()
		if len(c.jobs) == 0 {
			c.workers--
			c.jobs = nil
			c.mu.Unlock()
			return
		}
		job := c.jobs[0]
		c.jobs[0] = nil
		c.jobs = c.jobs[1:]
		c.mu.Unlock()
		job()
	}
}

// answerSlowly answers any read, and takes the time that it needs and that
// the client takes to read.
func (c *conn) answerSlowly(v store.View, rd *read) {
	switch {
	case !rd.stream:
		r := look(v, rd)
		c.settle(rd.slot, &r)
	case rd.verb == proto.Request_GETDIR:
		c.streamDir(v, rd)
	default:
		c.streamWalk(v, rd)
	}
}

// streamDir answers a GETDIR of 2011: one response a name, and one to close.
func (c *conn) streamDir(v store.View, rd *read) {
	names, err := v.Entries(rd.path, rd.offset)
	if err != nil {
		c.settle(rd.slot, failed(err))
		return
	}
	sent := 0
	for name := range names {
		if !c.tell(rd.slot, &reply{flags: valid, path: name}) {
			break
		}
		if sent++; sent == rd.limit {
			break
		}
	}
	c.settle(rd.slot, &reply{flags: done})
}

// streamWalk answers a WALK of 2011: one response a file, and one to close.
func (c *conn) streamWalk(v store.View, rd *read) {
	skip, sent := rd.offset, 0
	v.Walk(*rd.glob, func(path string, value []byte, rev int64) bool {
		if skip > 0 {
			skip--
			return true
		}
		sent++
		r := reply{flags: valid | isSet, path: path, value: body(value), rev: rev, hasRev: true}
		return c.tell(rd.slot, &r) && sent != rd.limit
	})
	c.settle(rd.slot, &reply{flags: done})
}
