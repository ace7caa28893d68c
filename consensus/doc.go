// Package consensus is Doozer's agreement protocol: Paxos for every sequence
// number, without a leader, as one deterministic state machine.
//
// It knows no network, no clock, no goroutine and no store. A Machine is fed
// messages, proposals, reads and ticks with the time, and yields mutations in
// the order of the log, answers, and messages to send; its driver (package
// peer, or the simulator in sim) does all the rest.
//
// doc/consensus.md is the protocol's page. A good order to read the code in:
//
//   - message.go: what nodes say to each other
//   - acceptor.go, coordinator.go: the roles, as pure and small as they are
//   - instance.go: one seqn, and the window of those that are open
//   - config.go, slots.go: who the members are at a seqn, and which seqns a
//     message names
//   - agree.go, learn.go: the way from INVITE to LEARN
//   - owner.go, propose.go, pass.go: a mutation's way into the log
//   - liveness.go, fill.go: who is silent, and who stands in
//   - read.go, lease.go: linearizable reads, by a question or without
//   - log.go, follow.go: those who are behind
//   - machine.go: the only way in and out
package consensus
