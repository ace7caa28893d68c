package server

import (
	"fmt"
	"strings"
	"testing"

	"github.com/bmizerany/assert"
	"github.com/ha/doozer/proto"
)

// hold keeps the node from agreeing on anything until the function returned
// is called.
func (h *house) hold() (release func()) {
	h.node.set(func() { h.node.hold = true })
	return func() { h.node.set(func() { h.node.hold = false }) }
}

func TestTagInUse(t *testing.T) {
	h := furnished(t)
	c := dial(t, h)
	release := h.hold()
	c.send(a(get).tag(1).path("/a"), a(get).tag(1).path("/d/x"), a(write).tag(2).path("/n").rev(-1), a(nop).tag(2), a(cancel).tag(1).otherTag(2), a(77).tag(2))
	c.expect("tag 1 flags 3 TAG_IN_USE", "tag 2 flags 3 TAG_IN_USE", "tag 1 flags 3 TAG_IN_USE", "tag 2 flags 3 TAG_IN_USE")
	c.send(a(watch).tag(3).path("/q"), a(self).tag(3))
	c.expect("tag 3 flags 3 TAG_IN_USE")
	release()
	got := map[string]bool{show(c.recv()): true, show(c.recv()): true}
	if !got[`tag 1 flags 3 rev 5 value "three"`] || !got["tag 2 flags 3 rev 8"] {
		t.Error(got)
	}
	c.send(a(nop).tag(1), a(nop).tag(2)) // they are free again
	c.expect("tag 1 flags 3", "tag 2 flags 3")
}

func TestWithoutATagNoneIsInUse(t *testing.T) {
	h := furnished(t)
	c := dial(t, h)
	release := h.hold()
	c.send(a(nop), a(nop), a(nop).tag(0))
	c.send(a(cancel).tag(1).otherTag(0), a(cancel).tag(2).otherTag(0))
	c.expect("tag 1 flags 3", "tag 2 flags 3 OTHER (unknown tag)")
	release()
	c.expect("flags 3", "flags 3")
	c.expectQuiet()
}

func TestCancel(t *testing.T) {
	h := furnished(t)
	check(t, h, []row{
		one("unknown tag", a(cancel).otherTag(1), "flags 3 OTHER (unknown tag)"),
		one("no tag", a(cancel), "flags 3 OTHER (unknown tag)"),
		one("itself", a(cancel).otherTag(7), "flags 3 OTHER (unknown tag)"),
	})
	for _, r := range []row{
		one("WATCH", a(watch).path("/**")),
		one("WAIT", a(wait).path("/**").rev(100)),
		one("GET of the future", a(get).path("/a").rev(100)),
		one("GETDIR of the future", a(getdir).path("/").rev(100)),
		one("SET", a(write).path("/n").rev(-1)),
		one("DEL", a(remove).path("/n").rev(-1)),
		one("NOP", a(nop)),
		one("GET", a(get).path("/a")),
		one("REV", a(rev)),
		one("WALK", a(walk).path("/**")),
	} {
		t.Run(r.name, func(t *testing.T) {
			c := dial(t, h)
			release := h.hold()
			c.send(r.ask.tag(1), a(cancel).tag(2).otherTag(1), a(cancel).tag(3).otherTag(1))
			c.expect("tag 2 flags 3", "tag 3 flags 3 OTHER (unknown tag)")
			c.send(a(self).tag(1)) // its tag is free
			c.expect(`tag 1 flags 3 value "0123456789abcdef"`)
			release()
			h.node.write(t, set(t, "/change", ""))
			c.expectQuiet()
			c.expectSlots(h, 0)
		})
	}
	if v, _ := h.node.store.View().Get("/n"); v != nil {
		t.Error("/n was to be written, and then deleted")
	}
}

// expectSlots waits until the house's only connection of this client has n
// requests outstanding.
func (c *client) expectSlots(h *house, n int) {
	c.tb.Helper()
	until(c.tb, fmt.Sprint(n, " outstanding"), func() bool {
		for sc := range h.conns() {
			if sc.pc.RemoteAddr().String() == c.conn.LocalAddr().String() {
				return sc.cfg.MaxOutstanding-sc.freeSlots() == n
			}
		}
		return false
	})
}

func (h *house) conns() map[*conn]bool {
	h.srv.mu.Lock()
	defer h.srv.mu.Unlock()
	all := make(map[*conn]bool)
	for c := range h.srv.conns {
		all[c] = true
	}
	return all
}

// TestCancelDuringAStream: what is cancelled in the middle says no more.
func TestCancelDuringAStream(t *testing.T) {
	h := start(t, nil)
	for i := range 2000 {
		h.node.write(t, set(t, fmt.Sprintf("/f%d", i), strings.Repeat("x", 10_000)))
	}
	c := dial(t, h)
	c.send(a(walk).tag(1).path("/**"))
	c.recv()
	c.send(a(cancel).tag(2).otherTag(1))
	n := 1
	r := c.recv()
	for ; r.GetTag() == 1; r = c.recv() {
		n++
	}
	if show(r) != "tag 2 flags 3" || n >= 2000 {
		t.Errorf("%s after %d", show(r), n)
	}
	c.expectQuiet()
	c.expectSlots(h, 0)
}

// TestOutstandingLimit: beyond it the connection is not read, and then it is
// again.
func TestOutstandingLimit(t *testing.T) {
	const limit, all = 10, 35
	h := start(t, func(cfg *Config) { cfg.MaxOutstanding, cfg.MaxStreams = limit, 5 })
	c := dial(t, h)
	release := h.hold()
	for tag := range int32(all) {
		c.send(a(nop).tag(tag))
	}
	proposed := func() (n int) {
		h.node.set(func() { n = h.node.proposed })
		return n
	}
	until(t, "all that may be are outstanding", func() bool { return proposed() == limit })
	release()
	for tag := range all {
		c.expect(fmt.Sprintf("tag %d flags 3", tag))
	}
	assert.Equal(t, all, proposed())
}

// TestWritingLimit: the same for the bytes of writes.
func TestWritingLimit(t *testing.T) {
	const limit, size, all = 1 << 20, 100_000, 100
	h := start(t, func(cfg *Config) { cfg.MaxWriting = limit })
	c := dial(t, h)
	release := h.hold()
	sent := make(chan bool)
	go func() {
		defer close(sent)
		one := proto.AppendFrame(nil, &a(write).path("/v").rev(-1).value(strings.Repeat("x", size)).m)
		for range all {
			if _, err := c.conn.Write(one); err != nil {
				t.Error(err)
			}
		}
	}()
	waiting := func() (bytes int) {
		for sc := range h.conns() {
			sc.mu.Lock()
			bytes = sc.slots.bytes
			sc.mu.Unlock()
		}
		return bytes
	}
	until(t, "so many bytes wait", func() bool { return waiting() >= limit })
	most := waiting()
	release()
	for i := range all {
		c.expect(fmt.Sprintf("flags 3 rev %d", i+1))
		most = max(most, waiting())
	}
	<-sent
	assert.T(t, most < limit+2*size, most)
}

// TestCancelledWritesCount: cancelling is no way around the limit.
func TestCancelledWritesCount(t *testing.T) {
	const limit = 10
	h := start(t, func(cfg *Config) { cfg.MaxOutstanding, cfg.MaxStreams = limit, 5 })
	c := dial(t, h)
	release := h.hold()
	for range limit - 1 {
		c.send(a(nop).tag(1), a(cancel).tag(2).otherTag(1))
		c.expect("tag 2 flags 3")
	}
	c.send(a(nop).tag(1), a(self).tag(2)) // there is no slot for SELF
	c.expectSlots(h, limit)
	release()
	got := map[string]bool{show(c.recv()): true, show(c.recv()): true}
	if !got["tag 1 flags 3"] || !got[`tag 2 flags 3 value "0123456789abcdef"`] {
		t.Error(got)
	}
}

func TestStreamLimit(t *testing.T) {
	h := start(t, func(cfg *Config) { cfg.MaxOutstanding, cfg.MaxStreams = 10, 3 })
	c := dial(t, h)
	c.send(a(watch).tag(1).path("/a"), a(wait).tag(2).path("/a").rev(100), a(get).tag(3).path("/a").rev(100))
	c.send(a(watch).tag(4).path("/a"))
	c.expect("tag 4 flags 3 OTHER (too many streams)")
	c.send(a(cancel).tag(5).otherTag(2))
	c.expect("tag 5 flags 3")
	c.expectSlots(h, 2)
	until(t, "room for a stream", func() bool {
		c.send(a(watch).tag(6).path("/b"), a(cancel).tag(7).otherTag(6))
		r := c.recv()
		if r.ErrCode != nil {
			c.expect("tag 7 flags 3 OTHER (unknown tag)")
		}
		return r.ErrCode == nil
	})
	c.expectQuiet()
}

// TestManyLongReads: more than there are workers, and all are answered.
func TestManyLongReads(t *testing.T) {
	h := furnished(t)
	c := dial(t, h)
	const n = 500
	var all []*ask
	for tag := range int32(n) {
		all = append(all, a(walk).tag(tag).path("/**"), a(getdir).tag(n+tag).path("/d"))
	}
	c.send(all...)
	var got [2 * n]int
	for range n*6 + n*4 {
		got[c.recv().GetTag()]++
	}
	for tag, responses := range got {
		want := 6
		if tag >= n {
			want = 4
		}
		assert.Equal(t, want, responses, tag)
	}
}

// TestLargeReadsWaitForTheReader: answers far beyond the limit of output are
// made as the client reads them.
func TestLargeReadsWaitForTheReader(t *testing.T) {
	const n, size = 100, 1 << 20
	h := start(t, func(cfg *Config) { cfg.MaxOutput = 8 << 20 })
	h.node.write(t, set(t, "/big", strings.Repeat("x", size)))
	c := dial(t, h)
	for tag := range int32(n) {
		c.send(a(get).tag(tag).path("/big"))
	}
	seen := make(map[int32]bool)
	for range n {
		r := c.recv()
		assert.Equal(t, size, len(r.Value))
		seen[r.GetTag()] = true
	}
	assert.Equal(t, n, len(seen))
	assert.Equal(t, 0, len(h.log.all()))
}
