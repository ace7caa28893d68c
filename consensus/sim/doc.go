// Package sim runs whole clusters of consensus machines in one goroutine, over
// a simulated network with a virtual clock and a seeded source of chance, and
// checks after every step what doc/consensus.md promises.
//
// A schedule is one such run: [Run] draws everything about it from its seed (the
// cluster's size and alpha, a history of configs to start from, how the network
// behaves, which faults come how often, what the clients do), so a seed replays
// exactly. Reading order:
//
//   - params.go draws a schedule's parameters, cluster.go is the cluster and its
//     virtual time, node.go the driver of one machine;
//   - network.go loses, doubles, delays, reorders and withholds; faults.go
//     decides when; member.go changes who is in the cluster;
//   - client.go proposes and reads; register.go is the small store behind it;
//   - checker.go, ballot.go and linear.go judge;
//   - sim.go runs schedules in parallel; trace.go makes them readable.
//
// The judges know nothing of the machine's insides: they see what it sends, what
// it gives its driver to apply, and what it answers.
package sim
