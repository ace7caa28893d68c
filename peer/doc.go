// Package peer is a doozerd's life: Run begins a cluster or attaches to one,
// serves clients and peers on one address, keeps the membership in order, and
// ends cleanly.
//
// # A node's life
//
// The first node of a cluster writes its own entries and its slot in /ctl/cal
// as the first revisions (boot.go), of an empty tree or of one that was saved
// (restore.go). Every other one gets a snapshot from a node that it was told of
// (attach.go, snapshot.go), links to all members, registers itself under
// /ctl/node, and takes an empty file in /ctl/cal, now or whenever there is one;
// until then it passes writes on and reads by quorum
// (membership.go). A member that was cut off for Config.Timeout is removed by
// the others (liveness.go), and so its slot is free for the next spare node; and
// what a spare that died left behind is deleted (liveness_spares.go). A node that
// hears no majority of whom it knows looks for its cluster (attach_anew.go).
// Each node writes a pulse (pulse.go). All of that but the snapshots is done by
// ordinary writes, as any client could do them.
//
// # Who runs where
//
// The loop (loop.go) owns the consensus machine and is the store's only writer.
// It takes turns, in the goroutine of a poller that has handed out all that came, or in one of its
// own. In a turn it takes all that came since
// the last one (intake.go), hands it to the machine, applies what was
// learned, answers the clients (clients.go), and then writes to each peer
// (link.go), all without ever blocking. So a batch grows with the load, and
// where requests come one at a time nothing waits for a batch to fill.
//
// A poller reads the links as it does the clients' connections (decode.go); nobody
// has a goroutine that writes, for proto.Conn writes what the network does not take at
// once. Attempts to dial and snapshots have goroutines of their own, which end
// with the node's context, and so have the four kinds of upkeep: membership,
// pulse, liveness and attachment. They talk to the loop as clients do, or by calls that it
// runs between two turns' work (intake.call).
//
// # Links
//
// A pair of nodes has one link; both may dial, and both keep the same one of
// two (link.go, links.go). A link begins with a PEER request and a hello each
// way (hello.go, ident.go), and, where there is a secret, with proofs that both know it
// (prove.go): before that neither takes anything else from the other. Nodes of another
// protocol version, secret, cluster or window are refused. Messages that do not fit into a link's bounded queue are
// dropped, as on any network, and said again by consensus; writes that are passed
// on, which are not, are bounded so that they fit (link.go). A link that is
// silent for long is closed; one that ends is dialed again, less and less often.
//
// # What is bounded
//
// What each part may hold has a constant beside it: proposals that wait and
// that are open (fair.go, clients.go), frames that are read and not yet taken
// (intake.go), output for a peer (link.go), messages in a frame (wire.go), nodes
// (links.go), snapshots under way (snapshot.go), log lines that strangers can
// cause (throttle.go).
package peer
