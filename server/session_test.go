package server

import (
	"strings"
	"testing"
	"time"

	"github.com/bmizerany/assert"
	"github.com/ha/doozer/proto"
	"github.com/ha/doozer/store"
)

const (
	checkin = proto.Request_CHECKIN
	eset    = proto.Request_ESET
)

func TestSessions(t *testing.T) {
	h := furnished(t) // at 7
	c := dial(t, h)
	for _, r := range []row{
		one("CHECKIN", a(checkin).path("s").rev(0), "flags 3"),
		one("again", a(checkin).path("s").rev(0), "flags 3 REV_MISMATCH"),
		one("one that is not there", a(checkin).path("t").rev(-1), "flags 3 REV_MISMATCH"),
		one("at a revision", a(checkin).path("s").rev(7), "flags 3 REV_MISMATCH"),
		one("no path", a(checkin).rev(0), "flags 3 MISSING_ARG (path)"),
		one("no rev", a(checkin).path("s"), "flags 3 MISSING_ARG (rev)"),
		one("bad name", a(checkin).path("a b").rev(0), "flags 3 BAD_PATH"),
		one("a path for a name", a(checkin).path("/s").rev(0), "flags 3 BAD_PATH"),
		one("two names", a(checkin).path("s/t").rev(0), "flags 3 BAD_PATH"),
		one("no name", a(checkin).path("").rev(0), "flags 3 BAD_PATH"),
		one("a name that is too long", a(checkin).path(strings.Repeat("s", store.MaxPath)).rev(0), "flags 3 BAD_PATH"),

		one("ESET", a(eset).path("/e/f").rev(0).value("v").session("s"), "flags 3 rev 12"),
		one("the file", a(get).path("/e/f"), `flags 3 rev 12 value "v"`),
		one("its link", a(get).path("/ctl/link/e/f"), `flags 3 rev 12 value "s"`),
		one("again as new", a(eset).path("/e/f").rev(0).session("s"), "flags 3 REV_MISMATCH"),
		one("no such session", a(eset).path("/e/g").rev(0).session("t"), "flags 3 NOENT"),
		one("nothing happened", a(get).path("/e/g"), "flags 3 rev 0"),
		one("of a directory", a(eset).path("/e").rev(0).session("s"), "flags 3 ISDIR"),
		one("below a file", a(eset).path("/a/x").rev(0).session("s"), "flags 3 NOTDIR"),
		one("no session", a(eset).path("/e/g").rev(0), "flags 3 MISSING_ARG (session)"),
		one("no path", a(eset).rev(0).session("s"), "flags 3 MISSING_ARG (path)"),
		one("no rev", a(eset).path("/e/g").session("s"), "flags 3 MISSING_ARG (rev)"),
		one("bad path", a(eset).path("e").rev(0).session("s"), "flags 3 BAD_PATH"),
		one("bad session", a(eset).path("/e/g").rev(0).session("s/s"), "flags 3 BAD_PATH"),
		one("a path whose link is too long", a(eset).path("/"+strings.Repeat("e", store.MaxPath-2)).rev(0).session("s"), "flags 3 BAD_PATH"),
		one("too large", a(eset).path("/e/g").rev(0).session("s").value(strings.Repeat("x", proto.MaxValue)), "flags 3 OTHER (value too large)"),

		one("SET keeps it ephemeral", a(write).path("/e/f").rev(-1).value("w"), "flags 3 rev 17"),
		one("the link stays", a(get).path("/ctl/link/e/f"), `flags 3 rev 12 value "s"`),
		one("DEL", a(remove).path("/e/f").rev(-1), "flags 3"),
		one("takes the link along", a(stat).path("/ctl/link"), "flags 3 rev 0 len 0"),
		one("end of the session", a(remove).path("/ctl/sess/s").rev(-1), "flags 3"),
		one("it is noted", a(get).path("/ctl/gone/s"), `flags 3 rev 19 value ""`),
		one("and the name not free yet", a(checkin).path("s").rev(0), "flags 3 REV_MISMATCH"),
		one("all is cleared away", a(remove).path("/ctl/gone/s").rev(-1), "flags 3"),
		one("now it is free", a(checkin).path("s").rev(0), "flags 3"),
	} {
		t.Run(r.name, func(t *testing.T) {
			c.tb = t
			c.send(r.ask)
			c.expect(r.want...)
		})
	}
	deadline, _ := h.node.store.View().Get("/ctl/sess/s")
	assert.T(t, len(deadline) == 19, string(deadline))
}

// A session that is prolonged is so at once, and the answer comes when half the lease is over.
func TestCheckinIsHeld(t *testing.T) {
	h := start(t, nil)
	h.node.write(t, set(t, "/ctl/lease", "600ms"), set(t, "/ctl/sess/s", ""))
	c := dial(t, h)
	begun := time.Now()
	c.send(a(checkin).tag(1).path("s").rev(-1))
	until(t, "it is prolonged", func() bool {
		_, rev := h.node.store.View().Get("/ctl/sess/s")
		return rev == 3
	})
	assert.T(t, time.Since(begun) < 300*time.Millisecond)
	c.send(a(self).tag(1))
	c.expect("tag 1 flags 3 TAG_IN_USE")
	c.expect("tag 1 flags 3")
	took := time.Since(begun)
	assert.T(t, took >= 300*time.Millisecond, took)
}

// A CHECKIN that is held back can be cancelled, counts as a stream, and ends with its connection.
func TestHeldCheckinsEnd(t *testing.T) {
	h := start(t, func(cfg *Config) { cfg.MaxOutstanding, cfg.MaxStreams = 10, 2 })
	h.node.write(t, set(t, "/ctl/lease", "1h"), set(t, "/ctl/sess/s", ""))
	c := dial(t, h)
	c.send(a(checkin).tag(1).path("s").rev(-1), a(checkin).tag(2).path("s").rev(-1), a(checkin).tag(3).path("s").rev(-1))
	c.expect("tag 3 flags 3 OTHER (too many streams)")
	c.expectSlots(h, 2)
	c.send(a(cancel).tag(4).otherTag(1))
	c.expect("tag 4 flags 3")
	c.expectSlots(h, 1)
	c.send(a(checkin).tag(5).path("none").rev(-1))
	c.expect("tag 5 flags 3 REV_MISMATCH")
	c.send(a(checkin).tag(6).path("s").rev(-1))
	c.expectSlots(h, 2)
	var server *conn
	for server = range h.conns() {
	}
	c.conn.Close()
	until(t, "nothing is left", func() bool {
		server.mu.Lock()
		defer server.mu.Unlock()
		return server.closed && server.slots.used == 0 && server.streams == 0
	})
}
