package main

// host is a machine: cores, which do one job after the other, and an uplink, which sends one byte after the other.
type host struct {
	w     *world
	idle  int      // cores
	first jobs     // those of consensus
	later jobs     // those of watchers
	nsPer float64  // nanoseconds that a byte takes on the uplink
	free  int64    // the uplink is, from then on
	dead  bool     // it does nothing any more
	spent spending // so far
}

func newHost(w *world) *host {
	h := &host{w: w, idle: w.cores}
	if w.uplink > 0 {
		h.nsPer = 1e9 / w.uplink
	}
	return h
}

// spending is what a host has used up.
type spending struct {
	cpu   int64 // nanoseconds of its cores
	bytes int64 // that it sent
}

// job begins something, and tells how long that takes and what comes of it then.
type job func() (takes int64, then func())

// jobs is a queue.
type jobs struct {
	list []job
	head int
}

func (q *jobs) len() int { return len(q.list) - q.head }

func (q *jobs) push(j job) {
	if q.head > 1024 && q.head > len(q.list)/2 {
		q.list = q.list[:copy(q.list, q.list[q.head:])]
		q.head = 0
	}
	q.list = append(q.list, j)
}

func (q *jobs) pop() job {
	j := q.list[q.head]
	q.list[q.head] = nil
	if q.head++; q.head == len(q.list) {
		q.list, q.head = q.list[:0], 0
	}
	return j
}

// urgent has a core do j as soon as one is free, and soon after those.
func (h *host) urgent(j job) { h.first.push(j); h.start() }
func (h *host) soon(j job)   { h.later.push(j); h.start() }

// start gives idle cores what waits.
func (h *host) start() {
	for h.idle > 0 && !h.dead && h.first.len()+h.later.len() > 0 {
		next := &h.first
		if next.len() == 0 {
			next = &h.later
		}
		h.idle--
		takes, then := next.pop()()
		h.spent.cpu += takes
		h.w.after(takes, func() {
			h.idle++
			if !h.dead {
				then()
				h.start()
			}
		})
	}
}

// send has bytes leave by the uplink, and tells when the last of them has.
func (h *host) send(bytes int) (left int64) {
	h.spent.bytes += int64(bytes)
	h.free = max(h.free, h.w.now) + int64(float64(bytes)*h.nsPer)
	return h.free
}
