package main

import (
	"strconv"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/ha/doozer/client"
)

// aNode is the key of a script's node.
const aNode = "node"

// nodeDo is a script's command.
//
//	node set <path> <value>     writes a file
//	node has <path> <value>     fails unless that is its value
//	node hasnot <path>          fails if it is there
//	node forget|hide|refuse <n> has each n-th write go wrong
func nodeDo(ts *testscript.TestScript, _ bool, args []string) {
	n := ts.Value(aNode).(*node)
	switch args[0] {
	case "set":
		var err error
		n.do(func() { err = n.write(args[1], args[2]) })
		ts.Check(err)
	case "has", "hasnot":
		value, rev := n.store.View().Get(args[1])
		if got := string(value); (rev != client.Missing) != (args[0] == "has") || args[0] == "has" && got != args[2] {
			ts.Fatalf("%s: %q at %d", args[1], got, rev)
		}
	default:
		count, err := strconv.Atoi(args[1])
		ts.Check(err)
		n.do(func() {
			switch args[0] {
			case "forget":
				n.faults.forget = count
			case "hide":
				n.faults.hide = count
			case "refuse":
				n.faults.refuse = count
			default:
				err = usageError("node cannot " + args[0])
			}
		})
		ts.Check(err)
	}
}

// do has the node's goroutine do something.
func (n *node) do(act func()) {
	done := make(chan struct{})
	n.work <- func() {
		act()
		close(done)
	}
	<-done
}
