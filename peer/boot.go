package peer

import (
	"context"
	"fmt"
	"os"

	"github.com/ha/doozer/consensus"
	"github.com/ha/doozer/store"
)

// origin is what a node begins with: its tree, and where consensus stands.
type origin struct {
	st    *store.Store
	state consensus.State
	from  string // the address that it came from; "": a new cluster
}

// boot begins a new cluster with this node as its only member. Its tree is empty, or
// what cfg.Restore has; this node's own entries are the first revisions after it; then
// come alpha nops, so that the config that follows from them is in force.
func boot(ctx context.Context, cfg *Config, me *identity) (*origin, error) {
	st, err := firstTree(ctx, cfg)
	if err != nil {
		return nil, err
	}
	base := st.View().Applied()
	files := append(firstFiles(cfg, me), cfg.Restore.origin()...)
	var log []store.Entry
	for i, f := range files {
		mutation, err := store.EncodeSet(f.Path, f.Value, store.Missing)
		if err != nil {
			return nil, fmt.Errorf("boot: %w", err)
		}
		log = append(log, store.Entry{Seqn: base + int64(i+1), Mutation: mutation})
	}
	applied := base + int64(len(log)) + cfg.Alpha
	for i, err := range st.Apply(log, applied, nil) {
		if err != nil {
			return nil, fmt.Errorf("boot: %s: %w", files[i].Path, err)
		}
	}
	first := consensus.Membership{From: base + 1, Members: []consensus.ID{me.id}}
	return &origin{st: st, state: consensus.State{Applied: applied, Configs: []consensus.Membership{first}}}, nil
}

// firstFiles are the entries of a cluster that begins with this node.
func firstFiles(cfg *Config, me *identity) []store.File {
	return append(nodeFiles(cfg, me),
		store.File{Path: namePath, Value: []byte(cfg.Cluster)},
		store.File{Path: idPath, Value: []byte(newID())},
		store.File{Path: calPath("0"), Value: []byte(me.id)})
}

// nodeFiles are the entries by which a node registers.
func nodeFiles(cfg *Config, me *identity) []store.File {
	hostname, err := os.Hostname()
	if err != nil {
		hostname = "unknown"
	}
	return []store.File{
		{Path: nodePath(me.id, "addr"), Value: []byte(me.addr)},
		{Path: nodePath(me.id, "hostname"), Value: []byte(hostname)},
		{Path: nodePath(me.id, "version"), Value: []byte(cfg.Version)},
	}
}
