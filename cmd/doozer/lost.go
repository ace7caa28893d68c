package main

import (
	"context"
	"fmt"

	"github.com/ha/doozer/client"
)

// originFile is in a restored cluster, and says of which cluster it has the tree, and as of which revision.
const originFile = "/ctl/origin"

// bootRevs is by how many revisions, at most, a restored cluster begins before it writes that file. The one
// that it was made from ended much further below.
const bootRevs = 16

// lostError is a revision that is above what was saved of a cluster that died, and below where the one that was
// made from it begins.
type lostError int64

func (e lostError) Error() string {
	return fmt.Sprintf("too late: revision %d was lost with the cluster that this one was made from", int64(e))
}

func (e lostError) Unwrap() error { return client.ErrTooLate }

// checkLost is an error if, as of revision at, a revision is one of those that were lost.
func checkLost(ctx context.Context, c *client.Client, at, rev int64) error {
	origin, begun, err := c.Get(ctx, originFile, client.At(at))
	if err != nil {
		return err
	}
	if isLost(string(origin), begun, rev) {
		return lostError(rev)
	}
	return nil
}

// isLost reports whether a revision was lost, by what the file says and its revision.
func isLost(origin string, begun, rev int64) bool {
	var id string
	var saved int64
	if n, _ := fmt.Sscan(origin, &id, &saved); n < 2 {
		return false // it was not restored
	}
	return rev > saved && rev < begun-bootRevs
}
