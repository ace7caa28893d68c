// Package store is the versioned tree that every node of a cluster builds from
// the same log: paths with values, the history of their changes, and watches on
// both. It knows no network and no time, and it is deterministic: the same
// mutations at the same revisions make the same tree, the same results and the
// same text in /ctl/err on every node.
//
// # Terms
//
// A revision, or seqn, is a place in the log. A mutation is what the log holds
// there: a set, a deletion or a nop, encoded (EncodeSet, EncodeDel, EncodeNop).
// A change is what a mutation did to one file. A failing mutation changes
// /ctl/err instead; a nop and the deletion of what is not there change nothing.
//
// # One writer, any readers
//
// One goroutine calls Apply and Reset. It builds the next state beside the one
// that readers see and publishes it with one atomic store. All else may be called
// from any goroutine; reads take no lock but a listing's (pages.go), where the
// writer never comes. A View is a value that always shows the same: it stays right
// for as long as it is held, whatever is written or trimmed meanwhile, and the
// garbage collector frees what only it needed once it is dropped.
//
// # How it is kept
//
// Read in this order:
//
//   - record.go and mutation.go: the bytes of one change, and of a mutation.
//   - version.go and history.go: a path's versions form a chain, newest first,
//     that runs through the history: slot i holds the change number i, and the
//     version that it replaced. Old changes are dropped by dropping chunks of
//     slots. No version points at an older one, so no chain has to be cut under a
//     reader.
//   - versions.go and epoch.go: the newest version of each path, in an array by
//     the path's number. An overwrite stores one pointer there; a view that finds
//     a version newer than itself goes back by the chain.
//   - keyset.go, btree.go, remove.go and rank.go: copy-on-write B-trees from path
//     to number, counted by living entries. Only what comes to stand at a path or
//     ceases to changes them.
//   - tree.go: one such B-tree for each depth of the tree. Paths of one depth with
//     the prefix "/a/b/" are the entries of /a/b, next to each other and in byte
//     order: so a directory costs nothing of its own, and a write's cost does not
//     grow with it. hints.go is the short cut from path to number.
//   - writer.go, batch.go and store.go: mutations applied to the tree, and the
//     published state.
//   - view.go, list.go, walk.go and pages.go: reading it. glob.go and nfa.go: globs.
//   - event.go, watch.go, watchers.go and await.go: following it. index.go, branch.go and search.go: whom
//     a change concerns.
//   - restore.go: beginning from another node's view.
package store
