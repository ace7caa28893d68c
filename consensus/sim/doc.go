// Package sim runs whole clusters of consensus machines in one goroutine, over
// a simulated network with a virtual clock and a seeded source of chance, and
// checks after every step what doc/consensus.md promises. What the machines
// agree on is applied to the product's own store.
//
// A schedule is one such run: [Run] draws everything about it from its seed (the
// cluster's size and alpha, a history of configs to start from, how the network
// and the clocks behave, which faults come how often, what the clients do), so a
// seed replays exactly. First there are faults, and all must stay right; then they
// end, and all must go on. Reading order:
//
//   - params.go draws a schedule's parameters, cluster.go is the cluster and its
//     virtual time, node.go the driver of one machine, replica.go and snapshot.go
//     its store;
//   - network.go loses, doubles, delays, reorders and withholds; faults.go decides
//     what fails when, cuts.go, slow.go, churn.go and aim.go how; member.go changes
//     who is in the cluster; forge.go is who does not belong to it;
//   - mutation.go is what clients write; client.go proposes and reads, watch.go
//     follows;
//   - checker.go and ballot.go judge the log and what is said of it, model.go and
//     trees.go the stores; linear.go and narrow.go the clients' history; settle.go
//     what happens without faults;
//   - sim.go runs a schedule, parallel.go many; trace.go makes them readable.
//
// The judges know nothing of the machine's insides: they see what it sends, what
// it gives its driver to apply, and what it answers.
package sim
