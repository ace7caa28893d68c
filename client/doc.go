// Package client talks to a Doozer cluster.
//
// Any number of goroutines may use a Client at once: their requests share one
// connection to one node, go out together in few writes, and are answered in
// any order.
//
//	c, err := client.Dial(ctx, "127.0.0.1:8046")
//	rev, err := c.Set(ctx, "/message", client.Missing, []byte("hello"))
//	value, rev, err := c.Get(ctx, "/message")
//
//	w, err := c.Watch(ctx, "/config/**", 0)
//	for {
//		ev, err := w.Next()
//		...
//	}
//
// # Failover
//
// One address is enough: a Client reads from the cluster itself where its
// nodes are (/ctl/node/*/addr), and follows the changes of that list while it
// lives. Of the addresses that it was dialed with it makes use as well.
// It stays with the cluster whose name (/ctl/name) it read first: a node of
// another name, as an old address may lead to, it refuses; and any that
// Config.Admit does, for programs to which a name is not proof enough.
//
// When the connection is lost it connects to another node: within 25 ms, then,
// while none answers, in rounds between which it waits longer and longer, up to
// Config.MaxBackoff, never in step with other clients. A node that failed is
// tried after all others for the next 10 s. A node that is stopped, or out of
// reach without a word, counts as lost within three times Config.Keepalive: 3 s,
// and somewhat more if large values are on their way to it (see Config).
// And a node that lives but reaches no majority of the cluster is left for one
// that does. What a call or a watch notices of all this:
//
//   - A read (Get, Stat, Rev, Walk, Getdir, Wait, Nop) takes longer. It is
//     repeated until it is answered or its context ends. A read without At is
//     linearizable as ever, whichever node answers it.
//   - A write (Set, Del) is never sent twice. If it may have been on its way
//     when the connection was lost it fails with ErrOutcomeUnknown, and the
//     caller decides. It may still happen later. For a compare-and-set there
//     is a sure way to find out: to write again with the same revision. If
//     that succeeds the first did not happen, and never will. A write that
//     certainly was not sent, or that a node refused with ErrReadonly, is sent
//     to the next node.
//   - A watch goes on where it was: no change is lost, none comes twice, and
//     their order stays. See Watch for the cases in which it cannot.
//
// Contexts bound all of it, Config.GiveUp what contexts do not. A request that
// several nodes refuse fails with their refusal: ErrNoQuorum, ErrReadonly. A
// client leaves a node that lives for another one twice in a row at most; after
// that it stays for a second, and each further time twice as long, up to 30 s,
// until refusals have ceased for 10 s. Meanwhile the refusal of the one node is
// the answer. So clients of a cluster that is overloaded, which says ErrReadonly
// too, do not burden it with connections; when to write again is up to the
// caller, who knows that nothing was written.
//
// A client that is Pinned (see Config) does nothing of the kind: it stays with
// one connection, whose end fails all that waits with ErrLost.
//
// # Secrets
//
// A secret, from the URI (sk), Config.Secret or Access, is presented to each node before
// anything else is asked of it. What it does not open is ErrPermission, at once: the
// other nodes of a cluster have the same secrets, and are not asked. When a connection
// is lost and most of the nodes that are tried deny the secret, calls and watches end with
// ErrPermission, too, which then matches ErrUnreachable as well; the client
// goes on trying, and Access may give it another one. The package reads no environment.
//
// # Errors
//
// What a node refuses is an *Error, told apart with errors.Is:
//
//	errors.Is(err, client.ErrRevMismatch)
//
// A write whose answer did not come, for whatever reason, also an end of its
// context, matches ErrOutcomeUnknown: it happened, or it did not, or it still
// will.
//
// # Contexts
//
// Every call ends when its context does; the node is then told by a CANCEL
// that nobody waits for the answer. A watch lives as long as the context that
// it was opened with.
package client
