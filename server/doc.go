// Package server speaks the client protocol of doc/proto.md: it takes
// connections, decodes requests, and answers them out of a store, by way of
// the node that agrees on changes. Both generations of clients are served on
// one port; a request itself shows which is asking.
//
// # Who runs where
//
// A poller reads all connections (conn.go), or where it cannot, a goroutine each does. It takes all the
// frames that arrived together, hands all their writes over with one
// Node.Propose and all their linearizable reads with one Node.Read, and never
// waits for either. Answers are queued by whoever has them: writes and small
// reads by the node's own loop (Complete, ReadReady), which never blocks;
// long reads by a few workers a connection (jobs.go); watches, and reads of
// the future, by a goroutine each, the streams (stream.go).
//
// # What bounds it
//
// A connection is not read while as many of its requests are outstanding as
// MaxOutstanding, or writes of MaxWriting bytes, or while its client leaves so
// much output unread that the connection's mark is reached; then streams pause as well, and watches that
// fall behind the store's history end with TOO_LATE. Streams, which
// may last forever, are fewer than the outstanding requests, so a connection
// that is not read will be read again. Nothing is reserved for what a client
// only announces.
//
// # What clients may do
//
// Before a verb is served package access is asked whether the connection may (verbs.go). A
// connection's level is its reader's alone, so what ACCESS changes counts for the
// requests after it, and for those alone.
//
// # What keeps CANCEL honest
//
// Every response is queued under the connection's mutex, after a look at the
// request's slot (slots.go): a cancelled request has lost its tag and is
// silent, but keeps its slot until it ends, so that cancelling is no way around
// a limit.
package server
