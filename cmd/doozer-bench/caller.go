package main

import (
	"fmt"
	"time"
)

// window is the time in which answers count: after a warm-up, before the end.
// The end is also when the last request is sent.
type window struct{ begin, end time.Time }

// keys is the order in which a caller asks for keys: a walk through all of
// them that does not keep to neighbours.
type keys struct{ next, count int }

const keyStride = 7919 // a prime that divides no count of keys in use

func (k *keys) take() int {
	key := k.next
	k.next = (k.next + keyStride) % k.count
	return key
}

// slot is one of the requests that a caller keeps outstanding; tag firstTag+i
// is slot i's.
type slot struct {
	busy bool
	key  int
	sent time.Duration // since the caller's start
	rev  int64         // a SET has to be answered with a greater one
}

// caller keeps requests outstanding on one connection: each answer is
// followed by the next request, all that came in one read by one write.
type caller struct {
	link  *link
	t     *template
	keys  keys
	slots []slot
	left  int // how many requests to send before the end of the window
	win   window

	start   time.Time
	waiting int       // slots that are busy
	answers int       // all of them, also those outside the window
	lo, hi  int64     // the least and the greatest revision answered
	inTime  hist      // latencies of the answers in the window
	trace   *timeline // when answers came; nil: nobody asks
}

// run sends until the window's end, or until none are left to send, and
// returns when all is answered.
func (c *caller) run() error {
	c.start = time.Now()
	for i := range c.slots {
		c.send(i, 0)
	}
	for {
		if err := c.link.flush(); err != nil {
			return err
		}
		if c.waiting == 0 {
			return nil
		}
		if err := c.link.read(); err != nil {
			return fmt.Errorf("%d requests were not answered: %w", c.waiting, err)
		}
		if err := c.takeAll(time.Now()); err != nil {
			return err
		}
	}
}

// send makes slot i busy with the next key, if any request is left to send.
func (c *caller) send(i int, now time.Duration) {
	if c.left == 0 {
		return
	}
	c.left--
	s := &c.slots[i]
	s.busy, s.key, s.sent, s.rev = true, c.keys.take(), now, c.hi
	c.link.out = append(c.link.out, c.t.patch(firstTag+i, s.key)...)
	c.waiting++
}

// takeAll takes the answers that arrived by now, and sends in their place.
func (c *caller) takeAll(now time.Time) error {
	since := now.Sub(c.start)
	counts := !now.Before(c.win.begin) && now.Before(c.win.end)
	more := now.Before(c.win.end)
	for {
		msg, err := c.link.next()
		if err != nil || msg == nil {
			return err
		}
		i, err := c.settle(msg)
		if err != nil {
			return err
		}
		if counts {
			c.inTime.add(since - c.slots[i].sent)
		}
		if c.trace != nil {
			c.trace.add(now)
		}
		if more {
			c.send(i, since)
		}
	}
}

// settle checks an answer, and returns the slot that it frees.
func (c *caller) settle(msg []byte) (int, error) {
	tag, err := tagOf(msg)
	if err != nil {
		return 0, err
	}
	i := tag - firstTag
	if i < 0 || i >= len(c.slots) || !c.slots[i].busy {
		return 0, fmt.Errorf("an answer to tag %d, which is not outstanding", tag)
	}
	s := &c.slots[i]
	rev, err := c.t.check(msg, tag, s.key, s.rev)
	if err != nil {
		return 0, err
	}
	s.busy = false
	c.waiting--
	if c.answers == 0 {
		c.lo = rev
	}
	c.lo, c.hi = min(c.lo, rev), max(c.hi, rev)
	c.answers++
	return i, nil
}
