// Package web serves a node's store as a page: the tree with every file's
// revision and value, kept up to date by a stream of server-sent events.
//
// # What it serves
//
//	GET /             the page
//	GET /static/...   its modules, style and icon, out of the binary
//	GET /events       the stream
//	GET /value?path=  one file's whole value, as bytes
//
// Reading order: web.go (the server's life), guard.go (for which host), access.go (with which secret), events.go
// (a stream's door), stream.go (what it sends, and when), batch.go and frame.go
// (the pure parts of it). The page begins at static/main.js.
//
// # The stream
//
// These events come, in this order; data is JSON:
//
//	hello  {name, id}: the cluster and the node; once, at the start
//	reset  what follows, up to the next rev, is the whole tree
//	files  [{path, rev, text | hex, len, cut} | {path, del}, ...], deletions first
//	rev    N: all files events up to here make up the tree at revision N
//	beat   nothing happened for a while, but the stream lives
//
// A rev event carries an id, the revision and a token of this server. A browser
// that comes again with it (header Last-Event-ID, or the parameter "last") goes on
// after that revision, with no gap. If that cannot be, since the history no longer reaches
// back so far or the id is from another server, a reset and the whole tree come instead.
//
// Values are sent as text, or as hex when they are not text, and cut to their first
// 200 bytes; len is the whole value's size in bytes. False and 0 are left out.
//
// Changes are coalesced: a file that changed many times since the last batch is
// sent once, as it is now. After a batch the stream rests, 50 ms or longer if the batch
// was large, so a storm of writes costs a browser at most about 20,000 lines a
// second. A stream holds no queue: it is a cursor into the store's history, one
// batch, and one buffer; if it falls behind the history it begins anew with a reset.
//
// # What is protected, and what is not
//
// Where reads take a secret (Config.Secrets) all of this takes one, as the password of
// HTTP's basic authentication, with any user name; without it there is nothing but status 401. Where
// they do not, whoever can reach the address can read the whole store. Nothing can
// be written through this package.
//
// What is protected is a reader's browser, against other sites it visits:
//
//   - A site whose DNS name is made to point here (DNS rebinding) gets 403: the
//     Host header has to be an IP address, localhost, this machine's host name, or one of
//     Config.Hosts. A site that is allowed as a host is trusted wholly.
//   - Scripts of other origins cannot read anything: there are no CORS headers,
//     and the stream and values are refused (403) when the browser says that another
//     origin asks, so that none can use up the streams either. Links to the page work.
//   - Values are never markup: the page sets text only, and its Content-Security-Policy
//     allows no inline script or style, no other origin, no frame around it, and
//     (trusted types) no string as markup. Values by themselves are sent as
//     application/octet-stream, not to be sniffed.
//
// Not protected: what travels, since this is plain HTTP, the secret as well.
package web
