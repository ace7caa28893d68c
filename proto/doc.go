// Package proto is the wire: the messages that clients and nodes say to each
// other, the frames that carry them, and a connection that moves frames fast
// and within limits.
//
// The messages are generated from client.proto and peer.proto; doc/proto.md
// is the manual of the client protocol. A frame is four bytes, an unsigned
// big endian length, and a message of that length: AppendFrame writes one,
// NextFrame finds one in a buffer, and neither does any I/O.
//
// Conn is both ends' connection. One goroutine reads: Read waits until a whole
// frame is there, and Next hands out, one by one and without waiting, all
// that arrived with it, so that a batch of requests costs one system call. Or a
// Poller reads many connections in one goroutine, and TryRead does not wait.
// Any goroutine writes: Queue appends a frame to the output, Flush writes all
// that is queued, and never blocks. What the other end does not take is
// written by the poller, or by a goroutine that lives just as long as there is something to
// write. Both directions are bounded: memory for input grows with the bytes
// that arrived, never with a length that a header claims, and a connection
// whose output passes its limit is ended.
//
// Call is a Request, and Answer a Response, decoded without allocating anything,
// for the hot paths of the server and of clients.
package proto
