package server

import (
	"fmt"
	"testing"

	"github.com/bmizerany/assert"

	"github.com/ha/doozer/proto"
	"github.com/ha/doozer/proto/access"
)

const (
	present = proto.Request_ACCESS
	denied  = "flags 3 OTHER (permission denied)"
)

// guarded is a furnished house with secrets.
func guarded(t *testing.T, rw, ro string) *house {
	secrets, err := access.New(rw, ro)
	assert.Equal(t, nil, err)
	return furnishedWith(t, func(cfg *Config) { cfg.Secrets = secrets })
}

// reads and writes are requests of all verbs, in all forms that lead elsewhere in the code.
func reads() []*ask {
	return []*ask{
		a(get).path("/a"), a(get).path("/a").local(), a(get).path("/a").rev(1), a(get).path("/a").rev(1000),
		a(get), a(get).path("bad"),
		a(stat).path("/a"), a(stat).path("/a").local(), a(stat).path("/a").rev(2),
		a(getdir).path("/d"), a(getdir).path("/d").offset(0), a(getdir).path("/d").local(), a(getdir).path("/d").rev(3),
		a(getdir).path("/none"),
		a(walk).path("/**"), a(walk).path("/**").offset(0), a(walk).path("/**").local(), a(walk).path("/**").rev(1000),
		a(wait).path("/**").rev(1), a(wait).path("/**").rev(1000), a(wait),
		a(watch).path("/**"), a(watch).path("/**").rev(1), a(watch).path("/**").rev(1000), a(watch).path("["),
		a(proto.Request_STATUS), a(proto.Request_PROGRESS),
	}
}

func writes() []*ask {
	return []*ask{
		a(write).path("/a").rev(-1).value("evil"), a(write), a(remove).path("/a").rev(-1), a(remove), a(nop),
		a(proto.Request_CHECKIN).path("s").rev(0), a(proto.Request_ESET).path("/a").rev(-1).value("evil"),
		a(txn).step(stepSet, "/a", -1, "evil"), a(txn).step(stepOf, "/a", 5, ""), a(txn), a(36), a(77), a(-1),
	}
}

// refusedAll asks for each, with a tag and without, and is denied each time, and told nothing else.
func (c *client) refusedAll(qs []*ask) {
	c.tb.Helper()
	for _, q := range qs {
		c.send(q)
		c.expect(denied)
		c.send(q.tag(7))
		c.expect("tag 7 " + denied)
	}
}

// rest proves, by what needs no access, that nothing else is on its way.
func (c *client) rest() {
	c.tb.Helper()
	c.send(a(self).tag(1))
	c.expect(`tag 1 flags 3 value "0123456789abcdef"`)
}

// A stranger gets nothing of what secrets protect, in whatever form it asks; nothing
// is proposed, and no watch is left behind.
func TestStrangerIsDeniedAll(t *testing.T) {
	h := guarded(t, "rw", "ro")
	proposed := h.node.proposed
	c := dial(t, h)
	c.refusedAll(reads())
	c.refusedAll(writes())
	for _, secret := range []string{"", "r", "rw ", "ROrw", "rwro"} {
		c.send(a(present).value(secret))
		c.expect(denied)
		c.refusedAll(reads()[:1])
	}
	c.send(a(proto.Request_PEER).tag(3).value("hello"))
	c.expect("tag 3 flags 3 UNKNOWN_VERB") // it was not the first
	c.expectSlots(h, 0)
	h.node.write(t, set(t, "/a", "four"), set(t, "/d/new", "n"))
	c.rest()
	assert.Equal(t, proposed+2, h.node.proposed)
}

// Some things need no access.
func TestStrangerMayAsk(t *testing.T) {
	c := dial(t, guarded(t, "rw", "ro"))
	c.send(a(rev).path("/a"), a(rev).local(), a(self))
	got := map[string]int{}
	for range 3 {
		got[show(c.recv())]++
	}
	assert.Equal(t, map[string]int{"flags 3 rev 7": 2, `flags 3 value "0123456789abcdef"`: 1}, got)
	c.send(a(cancel).tag(1).otherTag(9))
	c.expect("tag 1 flags 3 OTHER (unknown tag)")
	c.send(&ask{})
	c.expect("flags 3 UNKNOWN_VERB")
}

// What is sent along with a secret is done with it, and what went before without.
func TestAccessBeginsWithWhatFollows(t *testing.T) {
	h := guarded(t, "rw", "ro")
	c := dial(t, h)
	c.send(a(get).tag(1).path("/a").local(), a(present).tag(2).value("ro"), a(get).tag(3).path("/a").local(),
		a(write).tag(4).path("/n").rev(0), a(present).tag(5).value("rw"), a(wait).tag(6).path("/a").rev(1))
	c.expect("tag 1 "+denied, "tag 2 flags 3", `tag 3 flags 3 rev 5 value "three"`, "tag 4 "+denied, "tag 5 flags 3",
		`tag 6 flags 4 rev 1 path /a value "one"`)
	c.send(a(write).tag(7).path("/n").rev(0))
	c.expect("tag 7 flags 3 rev 8")
	dial(t, h).refusedAll(reads()) // what one connection may do is no other's
}

// A secret takes the place of the one before; one that is wrong changes nothing.
func TestLaterAccess(t *testing.T) {
	c := dial(t, guarded(t, "rw", "ro"))
	c.send(a(present).value("rw"))
	c.expect("flags 3")
	for _, wrong := range []string{"", "x"} {
		c.send(a(present).value(wrong), a(nop))
		c.expect(denied, "flags 3")
	}
	c.send(a(watch).tag(1).path("/w"), a(present).value("ro"))
	c.expect("flags 3")
	c.refusedAll(writes())
	c.send(a(present).value("x"), a(get).path("/d/y"))
	c.expect(denied, `flags 3 rev 3 value ""`)
}

// With the one secret alone all may read, and who knows it may write.
func TestOneSecret(t *testing.T) {
	h := guarded(t, "rw", "")
	c := dial(t, h)
	c.refusedAll(writes())
	c.send(a(get).path("/a"))
	c.expect(`flags 3 rev 5 value "three"`)
	c.send(a(watch).tag(1).path("/d/x").rev(2))
	c.expect(`tag 1 flags 5 rev 2 path /d/x value "xx"`)
	c.send(a(present).value("ro"))
	c.expect(denied)
	c.send(a(present).value("rw"))
	c.expect("flags 3")
	c.send(a(nop))
	c.expect("flags 3")
	c.send(a(present), a(nop)) // as every connection begins
	c.expect("flags 3", denied)
	c.send(a(get).path("/a"))
	c.expect(`flags 3 rev 5 value "three"`)
}

// With none, all is open, and a secret is a mistake.
func TestNoSecret(t *testing.T) {
	c := dial(t, furnished(t))
	c.send(a(present), a(present).value(""), a(present).tag(1).value("rw"), a(nop))
	c.expect("flags 3", "flags 3", "tag 1 "+denied, "flags 3")
}

// Whatever number a verb has, it is denied, but for those that need no access; and a
// long secret costs the connection nothing.
func TestEveryVerbIsDenied(t *testing.T) {
	c := dial(t, guarded(t, "rw", "ro"))
	free := map[proto.Request_Verb]bool{present: true, cancel: true, rev: true, self: true, proto.Request_PEER: true}
	for verb := proto.Request_Verb(-3); verb < 200; verb++ {
		if free[verb] {
			continue
		}
		c.send(a(verb).path("/a").rev(-1).offset(0).value("v"))
		if got := show(c.recv()); got != denied {
			t.Error(verb, got)
		}
	}
	c.send(a(present).value(fmt.Sprintf("%60000d", 1)))
	c.expect(denied)
	c.rest()
}
