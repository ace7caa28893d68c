package main

import (
	"context"
	"errors"
	"flag"
	"time"

	"github.com/ha/doozer/client"
	"github.com/ha/doozer/store"
)

func snapshotVerb() verb {
	return verb{
		name: "snapshot", brief: "save the whole tree as it is now",
		help: `Writes one file with the whole tree of a cluster, as of one revision. "doozerd
-restore" begins a new cluster with it, and the other verbs read it.

With -local it asks one node for what that has, also when a majority of the
cluster is gone for good. Of several addresses it takes the node with the
highest revision, and refuses if they are of more than one cluster. Writes that
were acknowledged last may be missing there.

    $ doozer-backup snapshot -o tree.snap
    $ doozer-backup snapshot -local -a 'doozer:?ca=host2&ca=host3' -o tree.snap
`,
		setup: func(fs *flag.FlagSet) action {
			addr := fs.String("a", defaultAddr(), "a node's `address`, as in DOOZER_URI")
			out := fs.String("o", "", "write file `SNAP`; - is standard output")
			local := fs.Bool("local", false, "what one node has, without a majority")
			force := fs.Bool("force", false, "overwrite it if it is there")
			return func(ctx context.Context, e *env, args []string) error {
				if err := noArgs(args); err != nil {
					return err
				}
				if _, err := client.ParseURI(*addr); err != nil {
					return usageError("snapshot: -a: " + err.Error())
				}
				return e.saveCluster(ctx, *addr, *out, *local, *force)
			}
		},
	}
}

// giveUp is for how long no node may be reached.
const giveUp = 5 * time.Second

// saveCluster writes the tree that a cluster, or one node, has.
func (e *env) saveCluster(ctx context.Context, addr, out string, local, force bool) error {
	if err := e.checkOutput(out, force); err != nil {
		return err
	}
	c, err := dialFor(ctx, e, addr, local)
	if err != nil {
		return err
	}
	defer c.Close()
	var opts []client.ReadOption
	if local {
		opts = append(opts, client.Local())
	}
	heard := time.Now()
	rev, err := c.Rev(ctx, opts...)
	if err != nil {
		return err
	}
	if rev == 0 {
		return errors.New("nothing was ever written there")
	}
	head, err := headOf(ctx, c, rev, heard)
	if err != nil {
		return err
	}
	fs := e.counted("files", -1, filesAt(ctx, c, rev))
	count := 0
	err = e.saveSnapshot(out, head, func(yield func(store.File, error) bool) {
		for f, err := range fs {
			count++
			if !yield(f, err) {
				return
			}
		}
	})
	if err == nil {
		e.tell("revision %d of cluster %s, %s, by way of %s: %s", rev, head.Cluster, head.Id, c.Addr(), plural(count, "file"))
	}
	return err
}

// dialFor dials a cluster; or, for what one node has, the best of those that answer.
func dialFor(ctx context.Context, e *env, addr string, local bool) (*client.Client, error) {
	if !local {
		return client.Config{GiveUp: giveUp, Secret: secret()}.Dial(ctx, addr)
	}
	uri, err := client.ParseURI(addr)
	if err != nil {
		return nil, err
	}
	return dialSurvivor(ctx, e, uri)
}
