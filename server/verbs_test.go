package server

import (
	"io"
	"strings"
	"testing"

	"github.com/ha/doozer/proto"
	"github.com/ha/doozer/store"
)

const (
	get    = proto.Request_GET
	stat   = proto.Request_STAT
	getdir = proto.Request_GETDIR
	walk   = proto.Request_WALK
	wait   = proto.Request_WAIT
	watch  = proto.Request_WATCH
	cancel = proto.Request_CANCEL
	nop    = proto.Request_NOP
	rev    = proto.Request_REV
	self   = proto.Request_SELF
	write  = proto.Request_SET
	remove = proto.Request_DEL
)

// A row is a request and all that is answered to it.
type row struct {
	name string
	ask  *ask
	want []string
}

func one(name string, q *ask, want ...string) row { return row{name, q, want} }

// check asks each row with a tag and without.
func check(t *testing.T, h *house, rows []row) {
	c := dial(t, h)
	for _, r := range rows {
		t.Run(r.name, func(t *testing.T) {
			c.tb = t
			c.send(r.ask)
			c.expect(r.want...)
			c.send(r.ask.tag(7))
			for _, w := range r.want {
				c.expect("tag 7 " + w)
			}
		})
	}
}

// furnished is a house whose store everyone can have in mind.
func furnished(t *testing.T) *house { return furnishedWith(t, nil) }

func furnishedWith(t *testing.T, change func(*Config)) *house {
	h := start(t, change)
	h.node.write(t,
		set(t, "/a", "one"), // 1
		set(t, "/d/x", "xx"),
		set(t, "/d/y", ""),
		set(t, "/d-b", "z"),
		set(t, "/a", "three"), // 5
		set(t, "/d/sub/deep", "!"),
		del(t, "/none")) // 7: no change
	return h
}

func TestReads(t *testing.T) {
	check(t, furnished(t), []row{
		one("GET", a(get).path("/a"), `flags 3 rev 5 value "three"`),
		one("GET, local", a(get).path("/a").local(), `flags 3 rev 5 value "three"`),
		one("GET at a revision", a(get).path("/a").rev(4), `flags 3 rev 1 value "one"`),
		one("GET at a revision, local", a(get).path("/a").rev(4).local(), `flags 3 rev 1 value "one"`),
		one("GET missing", a(get).path("/no"), "flags 3 rev 0"),
		one("GET before it was", a(get).path("/d/x").rev(1), "flags 3 rev 0"),
		one("GET empty file", a(get).path("/d/y"), `flags 3 rev 3 value ""`),
		one("GET directory", a(get).path("/d"), "flags 3 ISDIR"),
		one("GET root", a(get).path("/"), "flags 3 ISDIR"),
		one("GET no path", a(get), "flags 3 MISSING_ARG (path)"),
		one("GET empty path", a(get).path(""), "flags 3 BAD_PATH"),
		one("GET bad path", a(get).path("/a b"), "flags 3 BAD_PATH"),
		one("GET bad path, local", a(get).path("a").local(), "flags 3 BAD_PATH"),
		one("GET rev 0", a(get).path("/a").rev(0), "flags 3 TOO_LATE"),
		one("GET rev -1", a(get).path("/a").rev(-1), "flags 3 TOO_LATE"),
		one("GET ignores the rest", a(get).path("/a").offset(9).limit(9).otherTag(9).value("v"), `flags 3 rev 5 value "three"`),

		one("STAT file", a(stat).path("/a"), "flags 3 rev 5 len 5"),
		one("STAT empty file", a(stat).path("/d/y"), "flags 3 rev 3 len 0"),
		one("STAT directory", a(stat).path("/d"), "flags 3 rev -2 len 3"),
		one("STAT root", a(stat).path("/"), "flags 3 rev -2 len 3"),
		one("STAT missing", a(stat).path("/no"), "flags 3 rev 0 len 0"),
		one("STAT at a revision", a(stat).path("/d").rev(2), "flags 3 rev -2 len 1"),
		one("STAT no path", a(stat), "flags 3 MISSING_ARG (path)"),
		one("STAT bad path", a(stat).path("/a/"), "flags 3 BAD_PATH"),
		one("STAT rev 0", a(stat).path("/a").rev(0), "flags 3 TOO_LATE"),

		one("REV", a(rev), "flags 3 rev 7"),
		one("REV ignores path and rev", a(rev).path("/ bad").rev(1), "flags 3 rev 7"),
		one("REV, local", a(rev).local(), "flags 3 rev 7"),
		one("SELF", a(self), `flags 3 value "0123456789abcdef"`),
	})
}

// TestTheManualsExample is the ones of doc/proto.md, byte by byte.
func TestTheManualsExample(t *testing.T) {
	h := start(t, nil)
	h.node.write(t, set(t, "/x", ""), set(t, "/x", ""), set(t, "/a", "hi"))
	c := dial(t, h)
	c.raw([]byte("\x00\x00\x00\x08" + "\x08\x01" + "\x10\x01" + "\x22\x02/a"))
	want := "\x00\x00\x00\x0a" + "\x08\x01" + "\x10\x03" + "\x18\x03" + "\x32\x02hi"
	got := make([]byte, len(want))
	if _, err := io.ReadFull(c.conn, got); err != nil || string(got) != want {
		t.Errorf("%x, %v", got, err)
	}
	h.node.write(t, set(t, "/x", ""), set(t, "/a", "")) // 5
	c.raw([]byte("\x00\x00\x00\x1e" + "\x08\x01" + "\x10\x21" +
		"\x92\x01\x08" + "\x08\x01" + "\x12\x02/a" + "\x20\x05" +
		"\x92\x01\x0c" + "\x08\x02" + "\x12\x02/b" + "\x1a\x02hi" + "\x20\x00"))
	c.expect("tag 1 flags 3 rev 6")
	c.send(a(get).path("/b"))
	c.expect(`flags 3 rev 6 value "hi"`)
}

func TestListings(t *testing.T) {
	check(t, furnished(t), []row{
		one("GETDIR 2012", a(getdir).path("/").offset(1), "flags 3 path d"),
		one("GETDIR 2012 at a revision", a(getdir).path("/d").offset(0).rev(2), "flags 3 path x"),
		one("GETDIR 2012, local", a(getdir).path("/d").offset(2).local(), "flags 3 path y"),
		one("GETDIR 2012 past the end", a(getdir).path("/d").offset(3), "flags 3 RANGE"),
		one("GETDIR 2012 below 0", a(getdir).path("/d").offset(-1), "flags 3 RANGE"),
		one("GETDIR 2012 of a file", a(getdir).path("/a").offset(0), "flags 3 NOTDIR"),
		one("GETDIR 2012 of nothing", a(getdir).path("/no").offset(0), "flags 3 NOENT"),
		one("GETDIR 2012 bad path", a(getdir).path("x").offset(0), "flags 3 BAD_PATH"),
		one("GETDIR 2012 rev 0", a(getdir).path("/").offset(0).rev(0), "flags 3 TOO_LATE"),

		one("GETDIR 2011", a(getdir).path("/"), "flags 1 path a", "flags 1 path d", "flags 1 path d-b", "flags 2"),
		one("GETDIR 2011 at a revision", a(getdir).path("/").rev(3), "flags 1 path a", "flags 1 path d", "flags 2"),
		one("GETDIR 2011 limit", a(getdir).path("/").limit(2), "flags 1 path a", "flags 1 path d", "flags 2"),
		one("GETDIR 2011 limit 0", a(getdir).path("/d").limit(0), "flags 1 path sub", "flags 1 path x", "flags 1 path y", "flags 2"),
		one("GETDIR 2011 limit -1", a(getdir).path("/d").offset(2).limit(-1), "flags 1 path y", "flags 2"),
		one("GETDIR 2011 offset, limit", a(getdir).path("/d").offset(1).limit(1), "flags 1 path x", "flags 2"),
		one("GETDIR 2011 past the end", a(getdir).path("/d").offset(9).limit(1), "flags 2"),
		one("GETDIR 2011 offset below 0", a(getdir).path("/d").offset(-9).limit(1), "flags 1 path sub", "flags 2"),
		one("GETDIR 2011 of a file", a(getdir).path("/a"), "flags 3 NOTDIR"),
		one("GETDIR 2011 of nothing", a(getdir).path("/no"), "flags 3 NOENT"),
		one("GETDIR 2011 bad path", a(getdir), "flags 3 BAD_PATH"),
		one("GETDIR 2011 rev 0", a(getdir).path("/").rev(0), "flags 3 TOO_LATE"),
	})
}

func TestWalks(t *testing.T) {
	check(t, furnished(t), []row{
		one("WALK 2012", a(walk).path("/**").offset(0), `flags 4 rev 5 path /a value "three"`),
		one("WALK 2012 depth first", a(walk).path("/**").offset(1), `flags 4 rev 6 path /d/sub/deep value "!"`),
		one("WALK 2012 empty file", a(walk).path("/d/*").offset(1), `flags 4 rev 3 path /d/y value ""`),
		one("WALK 2012 at a revision", a(walk).path("/*").offset(0).rev(1), `flags 4 rev 1 path /a value "one"`),
		one("WALK 2012, local", a(walk).path("/d-?").offset(0).local(), `flags 4 rev 4 path /d-b value "z"`),
		one("WALK 2012 past the end", a(walk).path("/**").offset(5), "flags 3 RANGE"),
		one("WALK 2012 below 0", a(walk).path("/**").offset(-1), "flags 3 RANGE"),
		one("WALK 2012 no path", a(walk).offset(0), "flags 3 MISSING_ARG (path)"),
		one("WALK 2012 bad glob", a(walk).path("/[a]").offset(0), "flags 3 BAD_PATH"),
		one("WALK 2012 rev 0", a(walk).path("/**").offset(0).rev(0), "flags 3 TOO_LATE"),

		one("WALK 2011", a(walk).path("/**"),
			`flags 5 rev 5 path /a value "three"`, `flags 5 rev 6 path /d/sub/deep value "!"`, `flags 5 rev 2 path /d/x value "xx"`,
			`flags 5 rev 3 path /d/y value ""`, `flags 5 rev 4 path /d-b value "z"`, "flags 2"),
		one("WALK 2011 offset, limit", a(walk).path("/**").offset(2).limit(1), `flags 5 rev 2 path /d/x value "xx"`, "flags 2"),
		one("WALK 2011 limit", a(walk).path("/*").limit(1), `flags 5 rev 5 path /a value "three"`, "flags 2"),
		one("WALK 2011 at a revision", a(walk).path("/**").rev(1).limit(0), `flags 5 rev 1 path /a value "one"`, "flags 2"),
		one("WALK 2011 nothing", a(walk).path("/q*"), "flags 2"),
		one("WALK 2011 no path", a(walk), "flags 3 BAD_PATH"),
		one("WALK 2011 rev 0", a(walk).path("/**").rev(0), "flags 3 TOO_LATE"),
	})
}

func TestWrites(t *testing.T) {
	h := furnished(t) // at 7
	c := dial(t, h)
	for _, r := range []row{
		one("SET a new file", a(write).path("/n").rev(0).value("v"), "flags 3 rev 8"),
		one("SET again as new", a(write).path("/n").rev(0).value("v"), "flags 3 REV_MISMATCH"),
		one("the failure used up a revision", a(rev), "flags 3 rev 9"),
		one("SET compared", a(write).path("/n").rev(8).value("w"), "flags 3 rev 10"),
		one("SET lost", a(write).path("/n").rev(9).value("w"), "flags 3 REV_MISMATCH"),
		one("SET whatever", a(write).path("/n").rev(-1), "flags 3 rev 12"),
		one("SET without value", a(get).path("/n"), `flags 3 rev 12 value ""`),
		one("SET on a directory", a(write).path("/d").rev(-1), "flags 3 ISDIR"),
		one("SET below a file", a(write).path("/a/b").rev(-1), "flags 3 NOTDIR"),
		one("SET no path", a(write).rev(-1), "flags 3 MISSING_ARG (path)"),
		one("SET no rev", a(write).path("/n"), "flags 3 MISSING_ARG (rev)"),
		one("SET bad path", a(write).path("/n//m").rev(0), "flags 3 BAD_PATH"),
		one("DEL lost", a(remove).path("/n").rev(11), "flags 3 REV_MISMATCH"),
		one("DEL", a(remove).path("/n").rev(12), "flags 3"),
		one("it is gone", a(get).path("/n"), "flags 3 rev 0"),
		one("DEL of nothing", a(remove).path("/n").rev(0), "flags 3"),
		one("DEL below a file", a(remove).path("/a/b").rev(-1), "flags 3"),
		one("DEL of a directory", a(remove).path("/d").rev(-1), "flags 3 ISDIR"),
		one("DEL no path", a(remove).rev(-1), "flags 3 MISSING_ARG (path)"),
		one("DEL no rev", a(remove).path("/n"), "flags 3 MISSING_ARG (rev)"),
		one("DEL bad path", a(remove).path("n").rev(0), "flags 3 BAD_PATH"),
		one("NOP", a(nop).path("/ bad").rev(3), "flags 3"),
		one("with a tag", a(nop).tag(-5), "tag -5 flags 3"),
	} {
		t.Run(r.name, func(t *testing.T) {
			c.tb = t
			c.send(r.ask)
			c.expect(r.want...)
		})
	}
}

func TestValueLimit(t *testing.T) {
	c := dial(t, start(t, nil))
	c.send(a(write).path("/v").rev(-1).value(strings.Repeat("x", store.MaxValue+1)))
	c.expect("flags 3 OTHER (value too large)")
	largest := strings.Repeat("x", store.MaxValue)
	c.send(a(write).path("/v").rev(-1).value(largest))
	c.expect("flags 3 rev 1")
	c.send(a(get).path("/v"))
	if string(c.recv().Value) != largest {
		t.Error("it came back changed")
	}
}

func TestConfiguredValueLimit(t *testing.T) {
	c := dial(t, start(t, func(cfg *Config) { cfg.MaxValue = 3 }))
	c.send(a(write).path("/v").rev(-1).value("four"), a(write).path("/v").rev(-1).value("thr"))
	c.expect("flags 3 OTHER (value too large)", "flags 3 rev 1")
}

func TestUnknownVerbs(t *testing.T) {
	empty := &ask{}
	check(t, start(t, nil), []row{
		one("no verb", empty, "flags 3 UNKNOWN_VERB"),
		one("ACCESS", a(proto.Request_ACCESS).value("secret"), "flags 3 OTHER (permission denied)"),
		one("ACCESS, empty", a(proto.Request_ACCESS), "flags 3"),
		one("PEER without peers", a(proto.Request_PEER), "flags 3 UNKNOWN_VERB"),
		one("verb 1000000", a(1000000), "flags 3 UNKNOWN_VERB"),
		one("verb -1", a(-1), "flags 3 UNKNOWN_VERB"),
	})
}

func TestEmptyFrame(t *testing.T) {
	c := dial(t, start(t, nil))
	c.raw([]byte{0, 0, 0, 0})
	c.expect("flags 3 UNKNOWN_VERB")
	c.expectQuiet()
}

func TestNodeErrors(t *testing.T) {
	h := start(t, nil)
	c := dial(t, h)
	fail := func(err error) { h.node.set(func() { h.node.failWith = err }) }
	fail(ErrReadonly)
	c.send(a(write).tag(1).path("/a").rev(-1), a(remove).tag(2).path("/a").rev(-1), a(nop).tag(3))
	c.expect("tag 1 flags 3 READONLY", "tag 2 flags 3 READONLY", "tag 3 flags 3 READONLY")
	fail(ErrOutcomeUnknown)
	c.send(a(write).tag(1).path("/a").rev(-1))
	c.expect("tag 1 flags 3 OTHER (outcome unknown)")
	fail(ErrNoQuorum)
	c.send(a(get).tag(1).path("/a"), a(walk).tag(2).path("/**"))
	c.expect("tag 1 flags 3 OTHER (no quorum)", "tag 2 flags 3 OTHER (no quorum)")
	c.send(a(get).tag(1).path("/a").local())
	c.expect("tag 1 flags 3 rev 0")
}
