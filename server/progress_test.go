package server

import (
	"testing"

	"github.com/ha/doozer/proto"
)

// PROGRESS names the watches that have more to tell, and holds for the others.
func TestProgress(t *testing.T) {
	h := furnished(t) // at 7
	c := dial(t, h)
	c.send(a(proto.Request_PROGRESS).tag(1))
	c.expect("tag 1 flags 3 rev 7")
	c.send(a(watch).tag(300).path("/d/**"), a(watch).tag(2).path("/far").rev(100), a(wait).tag(3).path("/w").rev(1))
	c.send(a(proto.Request_PROGRESS).tag(1))
	for {
		got := show(c.recv())
		if got == "tag 1 flags 3 rev 7" {
			break
		}
		if got != `tag 1 flags 3 rev 7 value "\x03"` { // the WAIT looks through the past
			t.Fatal(got)
		}
		c.send(a(proto.Request_PROGRESS).tag(1))
	}
	h.node.write(t, set(t, "/elsewhere", ""))
	c.send(a(proto.Request_PROGRESS).tag(1))
	c.expect("tag 1 flags 3 rev 8")

	h.node.write(t, set(t, "/d/new", ""))
	told := false
	for {
		c.send(a(proto.Request_PROGRESS).tag(1))
		got := show(c.recv())
		if got == `tag 300 flags 5 rev 9 path /d/new value ""` {
			told = true
			got = show(c.recv())
		}
		if got == "tag 1 flags 3 rev 9" {
			break
		}
		if got != `tag 1 flags 3 rev 9 value "\xac\x02"` {
			t.Fatal(got)
		}
	}
	if !told {
		t.Error("it is done with 9, and did not tell of it")
	}
}
