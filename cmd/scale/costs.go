package main

// costs are what things take of a core, in nanoseconds. doc/scale.md tells where each was measured.
type costs struct {
	frame   int64 // a frame between two nodes, to write or to read: system call and wake-up
	message int64 // a message in it, encoded or decoded, and in the machine
	request int64 // a client's SET, read and answered, when it comes alone
	apply   int64 // a mutation, in the store
	offer   int64 // to note a change for a watch that it concerns
	wake    int64 // a watch's turn, with the write to its client
	event   int64 // each change in that, and in what a client reads
	attach  int64 // a client's new connection, with a watch on it
	read    int64 // what a client reads at once, where it shares the nodes' machine
}

func measured() costs {
	return costs{
		frame: 14_000, message: 500, request: 15_000, apply: 800,
		offer: 100, wake: 10_700, event: 200, attach: 107_000, read: 8_000,
	}
}
