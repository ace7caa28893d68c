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
//	for ev, err := range w.All() {
//		...
//	}
//
// On these stand, for what is done with a cluster most of the time:
//
//   - [Client.Mirror], a live copy of a part of the tree
//   - [Load] and [Follow], configuration as a struct
//   - [Client.NewSession], for what is to go when the program does
//   - [Session.Lock], [Client.Election], of which [Election.Run] stands again and again, [Client.Barrier]
//   - [Client.Register] and [Client.Services], who is there
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
//   - A read (Get, Stat, Rev, Walk, Getdir, Wait, Nop) takes longer. It is repeated until
//     it is answered or its context ends. A read without At is linearizable as ever,
//     whichever node answers it.
//   - A write (Set, Del, Commit, SetEphemeral, Checkin that makes a session) is never sent
//     twice. If it may have been on its way when the connection was lost it fails with
//     ErrOutcomeUnknown, and the caller decides. It may still happen later. Of a
//     compare-and-set Settle finds out. A write that certainly was not sent, or that a node
//     refused with ErrReadonly, is sent to the next node.
//   - A watch goes on where it was: no change is lost, none comes twice, and their order
//     stays. See Watch for the cases in which it cannot.
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
// Dial fails when no node answers. One that is Patient (see Config) waits for the cluster, as calls
// do when the connection is lost.
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
// goes on trying, and Access may give it another one. The package reads no environment but in
// DialEnv and WithEnv.
//
// # Copies and configuration
//
// A watch tells of each change, and ends with ErrTooLate when it cannot. A [Mirror] walks,
// then watches, and does so again when it has to: what it shows is always a whole state of
// the store, and who follows its Changes, or its Views, misses no final state, though
// states in between. Choose a watch where each change counts, as for a log of them, and a
// mirror where the present counts. Load, Follow, Services and Observe are made of mirrors.
//
// # Where clusters are
//
// A program may know a cluster by its name alone ("doozer:?cn=shop"), and ask another one,
// whose address it does know, where that is: see Config.Boot. The environment is the
// program's to read; DialEnv and Config.WithEnv do it as the tools do.
//
// # Sessions
//
// A [Session] is renewed in the background, and ends with Close, or when the cluster cannot
// be reached for about a lease. It ends for the program before it ends for the cluster: see
// Session for how that is reckoned. The members clear away what it leaves.
//
// A [Lock] is held by a session. Who may be late, and everybody may, is fenced off by its
// token; an [Election] is a lock with a name tag. Both wait in line, and nobody wakes up
// but the next. A file of their line that may yet come to be, of an outcome that is
// unknown, is deleted when it does. A [Registration] has a session of its own, and gets a
// new one when it is lost, which a lock must not.
//
// All of them end with the client. Close sessions and registrations before it, or what they
// hold stays for a lease.
//
// # Errors
//
// What a node refuses is an *Error, told apart with errors.Is:
//
//	errors.Is(err, client.ErrRevMismatch)
//
//	ErrRevMismatch     the file is newer, a check failed, or there is a file where none should be
//	ErrOutcomeUnknown  a write whose answer did not come, for whatever reason, also an end of its
//	                   context: it happened, or it did not, or it still will
//	ErrTooLate         the history does not reach back: Walk, then Watch, or a Mirror
//	ErrReadonly        nothing was written; write again later
//	ErrNoQuorum        nobody can tell what the newest state is; the majority is missing
//	ErrPermission      the secret, or that there is none, does not open that
//	ErrUnreachable     no node answers
//	ErrClosed          the client, or the mirror or registration, was closed
//	ErrLost            the connection of a Pinned client
//	ErrSessionLost     the session has ended, or must be taken for that; with it go its locks and files
//	ErrSessionClosed   Close was called
//	ErrLocked          TryLock: somebody else has the lock
//	ErrLockLost        somebody deleted or wrote the file by which the lock was held
//	ErrUnlocked        Unlock was called
//	ErrTooManyLocks    the session has MaxLocks locks, elections and barriers already
//	ErrReplaced        another program registered under that name
//	ErrNoBoot          a cluster's name alone, and no name service to look it up in
//	ErrNoCluster       the name service does not know it
//	*DecodeError       a file does not hold what a struct expects (errors.As)
//
// # Contexts
//
// Every call ends when its context does; the node is then told by a CANCEL
// that nobody waits for the answer. A watch lives as long as the context that
// it was opened with.
package client
