package main

import (
	"context"
	"iter"
	"os"
	"time"

	"github.com/ha/doozer/client"
	"github.com/ha/doozer/journal"
	"github.com/ha/doozer/proto/access"
	"github.com/ha/doozer/store"
)

// Where a cluster says which one it is.
const (
	nameFile   = "/ctl/name"
	idFile     = "/ctl/id"
	originFile = "/ctl/origin" // in a restored cluster: the id of the one that it was made from, and a revision
)

// defaultAddr is what DOOZER_URI says, or a node on this machine.
func defaultAddr() string {
	if addr := os.Getenv("DOOZER_URI"); addr != "" {
		return addr
	}
	return "127.0.0.1:8046"
}

// secret is what is presented when an address names none.
func secret() string { return access.Presented(os.Getenv) }

// headOf asks which cluster has a revision, and tells of it as a snapshot's head does. heard
// is when that revision was known to be there; the read happens after it.
func headOf(ctx context.Context, c *client.Client, rev int64, heard time.Time) (*journal.Head, error) {
	name, _, err := c.Get(ctx, nameFile, client.At(rev))
	if err != nil {
		return nil, err
	}
	id, _, err := c.Get(ctx, idFile, client.At(rev))
	if err != nil {
		return nil, err
	}
	return &journal.Head{Cluster: string(name), Id: string(id), Rev: rev, Time: heard.UnixNano()}, nil
}

// filesAt are all files of a cluster as of a revision.
func filesAt(ctx context.Context, c *client.Client, rev int64) iter.Seq2[store.File, error] {
	return func(yield func(store.File, error) bool) {
		for f, err := range c.Walk(ctx, all, client.At(rev)) {
			if !yield(store.File{Path: f.Path, Value: f.Value, Rev: f.Rev}, err) {
				return
			}
		}
	}
}
