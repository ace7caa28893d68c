package main

// costs are what things take of a core, in nanoseconds.
type costs struct {
	frame   int64 // a frame between two nodes, to write or to read: system call and wake-up
	message int64 // a message in it, in the codec and in the machine
	request int64 // a client's SET that comes alone: to read it, and to answer
	apply   int64 // a mutation, in the store
	offer   int64 // to note a change for a watch that it concerns, and wake that
	wake    int64 // a watch's turn, with the write to its client
	event   int64 // each change in that; and in what a client reads
	attach  int64 // a client's new connection, with a watch
	read    int64 // a client's turn to read what came, where clients share the nodes' machine
}

// measured are those of the machine of doc/bench.md. doc/scale.md tells where each comes from.
func measured() costs {
	return costs{
		frame: 14_500, message: 500, request: 22_000, apply: 800,
		offer: 100, wake: 9400, event: 200, attach: 95_000, read: 8300,
	}
}
