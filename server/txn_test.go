package server

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/ha/doozer/proto"
)

const (
	txn      = proto.Request_TXN
	stepOf   = proto.Step_CHECK
	stepSet  = proto.Step_SET
	stepDel  = proto.Step_DEL
	tooSteps = "OTHER (a transaction has 1 to 128 steps)"
)

func TestTxn(t *testing.T) {
	h := furnished(t) // at 7
	c := dial(t, h)
	many := a(txn)
	for i := range 129 {
		many.step(stepSet, fmt.Sprint("/m", i), 0, "")
	}
	half := strings.Repeat("x", proto.MaxValue/2)
	for _, r := range []row{
		one("all", a(txn).step(stepOf, "/a", 5, "").step(stepSet, "/a", 5, "x").step(stepDel, "/d/x", -1, "").step(stepSet, "/t/u", 0, "y"), "flags 3 rev 8"),
		one("one revision", a(get).path("/t/u"), `flags 3 rev 8 value "y"`),
		one("or nothing", a(txn).step(stepSet, "/b", 0, "").step(stepOf, "/a", 7, ""), "flags 3 REV_MISMATCH (step 2)"),
		one("nothing happened", a(get).path("/b"), "flags 3 rev 0"),
		one("its failure used a revision", a(get).path("/ctl/err"), `flags 3 rev 9 value "step 2: rev mismatch"`),
		one("a check of nothing", a(txn).step(stepOf, "/b", 0, ""), "flags 3 rev 10"),
		one("a check is exact", a(txn).step(stepOf, "/a", 9, ""), "flags 3 REV_MISMATCH (step 1)"),
		one("a check of what is there", a(txn).step(stepOf, "/a", -1, ""), "flags 3 rev 12"),
		one("of what is not", a(txn).step(stepOf, "/b", -1, ""), "flags 3 REV_MISMATCH (step 1)"),
		one("of a directory", a(txn).step(stepOf, "/d", 0, ""), "flags 3 ISDIR (step 1)"),
		one("a set compares as SET does", a(txn).step(stepSet, "/a", 9, ""), "flags 3 rev 15"),
		one("below a file", a(txn).step(stepSet, "/a/b", 0, ""), "flags 3 NOTDIR (step 1)"),
		one("below a file of its own", a(txn).step(stepSet, "/x/y", 0, "").step(stepSet, "/x", 0, ""), "flags 3 NOTDIR (step 1)"),
		one("twice", a(txn).step(stepSet, "/x", 0, "").step(stepDel, "/x", 0, ""), "flags 3 OTHER (step 2: bad step: the path is written twice)"),
		one("bad path", a(txn).step(stepSet, "/x", 0, "").step(stepSet, "x", 0, ""), "flags 3 BAD_PATH (step 2)"),
		one("a check of rev below -1", a(txn).step(stepOf, "/x", -2, ""), "flags 3 OTHER (step 1: bad step: revision -2)"),
		one("a deletion with a value", a(txn).step(stepDel, "/x", 0, "v"), "flags 3 OTHER (step 1: bad step)"),
		one("no steps", a(txn), "flags 3 "+tooSteps),
		one("too many", many, "flags 3 "+tooSteps),
		one("too large", a(txn).step(stepSet, "/x", 0, half).step(stepSet, "/y", 0, half+"x"), "flags 3 OTHER (value too large)"),
		one("a set at rev below -1", a(txn).step(stepSet, "/x", -2, ""), "flags 3 REV_MISMATCH (step 1)"),
		one("as large as can be", a(txn).step(stepSet, "/x", 0, half).step(stepSet, "/y", 0, half), "flags 3 rev 18"),
	} {
		t.Run(r.name, func(t *testing.T) {
			c.tb = t
			c.send(r.ask)
			c.expect(r.want...)
		})
	}
	for want, forget := range map[string]func(*proto.Step){
		"kind": func(st *proto.Step) { st.Kind = nil },
		"path": func(st *proto.Step) { st.Path = nil },
		"rev":  func(st *proto.Step) { st.Rev = nil },
	} {
		q := a(txn).step(stepOf, "/a", 0, "")
		forget(q.m.Steps[0])
		c.send(q)
		c.expect("flags 3 MISSING_ARG (step 1: " + want + ")")
	}
}

// A watch brings the changes of a transaction that it is to see together, and tells which is the last.
func TestTxnIsWatchedAsOne(t *testing.T) {
	h := furnished(t) // at 7
	c := dial(t, h)
	c.send(a(watch).tag(1).path("/d/**").rev(8))
	c.send(a(txn).tag(2).step(stepSet, "/a", -1, "").step(stepSet, "/d/v", 0, "v").step(stepSet, "/d/w", 0, "w").step(stepDel, "/d/x", -1, "").step(stepSet, "/e", 0, ""))
	var changes []string
	for range 4 {
		if r := c.recv(); r.GetTag() == 1 {
			changes = append(changes, show(r))
		}
	}
	want := []string{`tag 1 flags 21 rev 8 path /d/v value "v"`, `tag 1 flags 21 rev 8 path /d/w value "w"`, "tag 1 flags 9 rev 8 path /d/x"}
	if !slices.Equal(want, changes) {
		t.Error(changes)
	}
	c.send(a(wait).tag(3).path("/d/?").rev(8))
	c.expect(`tag 3 flags 4 rev 8 path /d/v value "v"`)
}
