package server

import (
	"fmt"
	"strings"
	"testing"

	"github.com/ha/doozer/store"
)

func TestWait(t *testing.T) {
	h := furnished(t) // at 7
	check(t, h, []row{
		one("past", a(wait).path("/d/*").rev(3), `flags 4 rev 3 path /d/y value ""`),
		one("exactly", a(wait).path("/a").rev(5), `flags 4 rev 5 path /a value "three"`),
		one("rev 0 counts as 1", a(wait).path("/a").rev(0), `flags 4 rev 1 path /a value "one"`),
		one("rev below counts as 1", a(wait).path("/**").rev(-9), `flags 4 rev 1 path /a value "one"`),
		one("no path", a(wait).rev(1), "flags 3 MISSING_ARG (path)"),
		one("no rev", a(wait).path("/a"), "flags 3 MISSING_ARG (rev)"),
		one("bad glob", a(wait).path("/a(").rev(1), "flags 3 BAD_PATH"),
	})
	c := dial(t, h)
	c.send(a(wait).tag(1).path("/a").rev(6), a(wait).tag(2).path("/w").rev(9))
	c.expectQuiet()               // its NOP is 8
	h.node.write(t, del(t, "/a")) // 9
	c.expect("tag 1 flags 8 rev 9 path /a")
	h.node.write(t, set(t, "/w", "v"))
	c.expect(`tag 2 flags 4 rev 10 path /w value "v"`)
}

func TestWatch(t *testing.T) {
	h := furnished(t) // at 7
	c := dial(t, h)
	c.send(a(watch).tag(1).path("/d/**").rev(2))
	c.expect(`tag 1 flags 5 rev 2 path /d/x value "xx"`, `tag 1 flags 5 rev 3 path /d/y value ""`, `tag 1 flags 5 rev 6 path /d/sub/deep value "!"`)
	h.node.write(t, del(t, "/d/x"), set(t, "/other", "v"), set(t, "/d/z", "v"))
	c.expect("tag 1 flags 9 rev 8 path /d/x", `tag 1 flags 5 rev 10 path /d/z value "v"`)
}

func TestWatchFromNowSeesWhatFollowsIt(t *testing.T) {
	for _, from := range []*ask{a(watch).path("/n"), a(watch).path("/n").rev(0)} {
		c := dial(t, furnished(t))
		c.send(from.tag(1), a(write).path("/n").rev(-1).value("v"))
		got := map[string]bool{show(c.recv()): true, show(c.recv()): true}
		if !got[`tag 1 flags 5 rev 8 path /n value "v"`] || !got["flags 3 rev 8"] {
			t.Error(got)
		}
	}
}

func TestWatchInTheFuture(t *testing.T) {
	h := furnished(t) // at 7
	c := dial(t, h)
	c.send(a(watch).path("/f").rev(9))
	c.send(a(write).tag(1).path("/f").rev(-1))
	c.expect("tag 1 flags 3 rev 8")
	h.node.write(t, set(t, "/f", "nine"))
	c.expect(`flags 5 rev 9 path /f value "nine"`)
}

func TestWatchErrors(t *testing.T) {
	check(t, furnished(t), []row{
		one("bad glob", a(watch).path("/{}"), "flags 3 BAD_PATH"),
		one("no glob", a(watch), "flags 3 BAD_PATH"),
		one("below 1", a(watch).path("/**").rev(-1), "flags 3 TOO_LATE"),
	})
}

// TestFailedWritesAreSeen: a mutation that fails is the change of /ctl/err.
func TestFailedWritesAreSeen(t *testing.T) {
	c := dial(t, furnished(t))
	c.send(a(watch).tag(1).path("/ctl/err"), a(write).tag(2).path("/d").rev(-1))
	for range 2 {
		switch r := c.recv(); r.GetTag() {
		case 1:
			if r.GetRev() != 8 || r.GetFlags() != 5 || len(r.Value) == 0 {
				t.Error(show(r))
			}
		case 2:
			if got := show(r); got != "tag 2 flags 3 ISDIR" {
				t.Error(got)
			}
		}
	}
}

func TestHistoryEnds(t *testing.T) {
	h := &house{node: newTestNode(t, store.Config{History: 10}), log: new(logLines)}
	h.listen(t, nil)
	for range 10_000 {
		h.node.write(t, set(t, "/a", "v"))
	}
	check(t, h, []row{
		one("GET", a(get).path("/a").rev(1), "flags 3 TOO_LATE"),
		one("GETDIR 2012", a(getdir).path("/").rev(1).offset(0), "flags 3 TOO_LATE"),
		one("WALK 2011", a(walk).path("/**").rev(1), "flags 3 TOO_LATE"),
		one("WAIT", a(wait).path("/a").rev(1), "flags 3 TOO_LATE"),
		one("WAIT rev 0", a(wait).path("/a").rev(0), "flags 3 TOO_LATE"),
		one("WATCH", a(watch).path("/a").rev(1), "flags 3 TOO_LATE"),
	})
}

func TestReadsOfTheFutureWait(t *testing.T) {
	h := furnished(t) // at 7
	c := dial(t, h)
	c.send(a(get).tag(1).path("/a").rev(8), a(getdir).tag(2).path("/").rev(9).limit(1), a(stat).tag(3).path("/n").rev(8).local())
	c.send(a(get).tag(4).path("/a"))
	c.expect(`tag 4 flags 3 rev 5 value "three"`)
	h.node.write(t, set(t, "/n", "four"))
	got := map[string]bool{show(c.recv()): true, show(c.recv()): true}
	if !got[`tag 1 flags 3 rev 5 value "three"`] || !got["tag 3 flags 3 rev 8 len 4"] {
		t.Error(got)
	}
	h.node.write(t, del(t, "/a"))
	c.expect("tag 2 flags 1 path d", "tag 2 flags 2")
}

// TestSlowWatcherFallsBehindTheHistory: a client that does not read costs no
// memory; when it reads again it is told that it missed something.
func TestSlowWatcherFallsBehindTheHistory(t *testing.T) {
	h := &house{node: newTestNode(t, store.Config{History: 10}), log: new(logLines)}
	h.listen(t, nil)
	c := dial(t, h)
	c.send(a(watch).tag(1).path("/a"))
	c.expectQuiet()
	value := strings.Repeat("x", 50_000)
	for range 2000 { // 100 MB, far more than the network and the output hold
		h.node.write(t, set(t, "/a", value))
	}
	last, changes := c.recv(), 0
	for ; last.ErrCode == nil; last = c.recv() {
		changes++
	}
	if show(last) != "tag 1 flags 3 TOO_LATE" || changes == 0 || changes > 1500 {
		t.Errorf("after %d changes: %s", changes, show(last))
	}
	c.expectQuiet()
}

// TestMoreWatchersThanOne: each change once to each.
func TestMoreWatchersThanOne(t *testing.T) {
	const watchers, changes = 100, 50
	h := start(t, nil)
	c := dial(t, h)
	for tag := range int32(watchers) {
		c.send(a(watch).tag(tag).path("/**"))
	}
	c.expectQuiet() // 1 is a NOP
	for i := range changes {
		h.node.write(t, set(t, fmt.Sprintf("/%d", i), ""))
	}
	var next [watchers]int64
	for range watchers * changes {
		r := c.recv()
		if next[r.GetTag()]++; r.GetRev() != next[r.GetTag()]+1 {
			t.Fatalf("%s after %d changes", show(r), next[r.GetTag()]-1)
		}
	}
}
