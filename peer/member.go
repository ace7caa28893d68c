package peer

import (
	"bytes"
	"slices"

	"github.com/ha/doozer/consensus"
	"github.com/ha/doozer/store"
)

// The files by which the cluster knows its nodes, and others know the cluster.
const (
	ctlDir     = "/ctl"
	calDir     = ctlDir + "/cal"
	nodeDir    = ctlDir + "/node"
	namePath   = ctlDir + "/name"
	idPath     = ctlDir + "/id"
	originPath = ctlDir + "/origin"
)

func calPath(slot string) string       { return calDir + "/" + slot }
func nodePath(id, entry string) string { return nodeDir + "/" + id + "/" + entry }

// voters are the members that a tree names: the ids in /ctl/cal, sorted and none
// twice, that have an address. A typo must not become a voter.
func voters(v store.View) []consensus.ID {
	slots, err := v.Entries(calDir, 0)
	if err != nil {
		return nil
	}
	var ids []consensus.ID
	for slot := range slots {
		id, _ := v.Get(calPath(slot))
		if validID(string(id)) && address(v, string(id)) != "" {
			ids = append(ids, string(id))
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

// address is where the node id can be dialed, or "".
func address(v store.View, id consensus.ID) string {
	addr, _ := v.Get(nodePath(id, "addr"))
	return string(addr)
}

// applier applies what was learned to the store, and watches who the voters
// are. Its buffers are used again.
type applier struct {
	st      *store.Store
	changed chan<- struct{} // hears that something under /ctl may have changed
	voters  []consensus.ID
	entries []store.Entry
	errs    []error
	codes   []int32
	changes []consensus.Membership
}

// begin takes the voters from the tree as it stands.
func (a *applier) begin() {
	a.voters = voters(a.st.View())
	a.tell()
}

func (a *applier) tell() {
	select {
	case a.changed <- struct{}{}:
	default: // it will look anyway
	}
}

// One of them stands in every mutation that may change the voters, since mutations
// hold their paths as they are. Others under /ctl, sessions' above all, may be many.
var (
	ctlPrefix  = []byte(ctlDir + "/")
	calPrefix  = []byte(calDir)
	nodePrefix = []byte(nodeDir)
)

func concernsVoters(mutation []byte) bool {
	at := bytes.Index(mutation, ctlPrefix)
	return at >= 0 && (bytes.Contains(mutation[at:], calPrefix) || bytes.Contains(mutation[at:], nodePrefix))
}

// apply applies entries, and moves on to the seqn to. It returns a code for each
// of the entries and the voters after each seqn at which they changed, both
// valid until the next call. The voters have to be known at every such seqn, so
// a batch is applied in pieces that end with an entry that may change them.
func (a *applier) apply(entries []consensus.Entry, to int64) ([]int32, []consensus.Membership) {
	a.entries, a.errs, a.codes, a.changes = a.entries[:0], a.errs[:0], a.codes[:0], a.changes[:0]
	for _, e := range entries {
		a.entries = append(a.entries, store.Entry{Seqn: e.Seqn, Mutation: e.Value})
		if concernsVoters(e.Value) {
			a.flush(e.Seqn)
			a.look(e.Seqn)
		}
	}
	a.flush(to)
	for _, err := range a.errs {
		a.codes = append(a.codes, codeOf(err))
	}
	return a.codes, a.changes
}

func (a *applier) flush(to int64) {
	a.errs = a.st.Apply(a.entries, to, a.errs)
	clear(a.entries)
	a.entries = a.entries[:0]
}

func (a *applier) look(seqn int64) {
	a.tell()
	now := voters(a.st.View())
	if slices.Equal(now, a.voters) {
		return
	}
	a.voters = now
	a.changes = append(a.changes, consensus.Membership{From: seqn, Members: now})
}
