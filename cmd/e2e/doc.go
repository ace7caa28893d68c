// Package e2e tests Doozer from the outside: with real doozerd processes on
// free ports of this machine, the real doozer command, kill -9 and SIGSTOP. It
// holds tests only; "make e2e" runs them.
//
// TestMain builds the programs that are tested. Reading order of what the
// tests stand on: process_test.go (one program), node_test.go (a doozerd, a cluster),
// load_test.go and read_test.go (writers that note what was acknowledged, readers
// that have to see it), record_test.go (a
// watch that outlives its node), verify_test.go (holds the one against the
// other).
package e2e
