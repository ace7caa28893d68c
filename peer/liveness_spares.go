package peer

import (
	"context"
	"errors"
	"slices"

	"github.com/ha/doozer/consensus"
	"github.com/ha/doozer/store"
)

// absentees judges which of the nodes that are registered and no members are gone: those
// that gave no sign of life for long. A link to this node is one; so is a pulse, which
// changes what is registered, whomever of the members it came by.
type absentees struct {
	every int64 // the time between two looks, in nanoseconds, like all times here

	looked int64
	signs  map[consensus.ID]sign
}

// sign is a node's latest sign of life.
type sign struct {
	rev int64 // the newest revision of what is registered of it
	at  int64 // when that was first seen
}

// look takes the nodes without a link, and returns those of which the newest revision has
// been the same for so long as wait. Who was asleep itself begins anew.
func (a *absentees) look(now, wait int64, revs map[consensus.ID]int64) (gone []consensus.ID) {
	asleep := now-a.looked > 4*a.every
	before := a.signs
	a.looked, a.signs = now, make(map[consensus.ID]sign, len(revs))
	for id, rev := range revs {
		s, known := before[id]
		if !known || asleep || s.rev != rev {
			s = sign{rev: rev, at: now}
		}
		if now-s.at >= wait {
			gone = append(gone, id)
			s.at = now // if it stays, look again after that time
		}
		a.signs[id] = s
	}
	slices.Sort(gone)
	return gone
}

// spares are the nodes that are registered and have no slot, with the newest revision
// of what is registered of them.
func spares(v store.View, info *consensus.Info) map[consensus.ID]int64 {
	ids, err := v.Entries(nodeDir, 0)
	if err != nil {
		return nil
	}
	revs := make(map[consensus.ID]int64)
	for id := range ids {
		member := slices.ContainsFunc(info.Members, func(m consensus.MemberInfo) bool { return m.ID == id })
		if has, _, _ := slots(v, id); has || member || !validID(id) {
			continue
		}
		for _, f := range registered(v, id) {
			revs[id] = max(revs[id], f.Rev)
		}
	}
	return revs
}

// registered are the files by which a node is registered, its address first.
func registered(v store.View, id consensus.ID) (files []store.File) {
	names, err := v.Entries(nodeDir+"/"+id, 0)
	if err != nil {
		return nil
	}
	for name := range names { // in byte order
		if value, rev := v.Get(nodePath(id, name)); rev > 0 {
			files = append(files, store.File{Path: nodePath(id, name), Value: value, Rev: rev})
		}
	}
	return files
}

// forget deletes what is registered of a node that is gone, as it was when that was
// judged: if the node lives after all, its next sign of life saves it.
func (n *node) forget(ctx context.Context, v store.View, id consensus.ID) error {
	for _, f := range registered(v, id) {
		err := n.del(ctx, f.Path, f.Rev)
		if errors.Is(err, store.ErrRevMismatch) {
			return nil
		}
		if err != nil {
			return err
		}
	}
	n.cfg.Log.Info("forgot a node that is gone", "node", id, "addr", address(v, id))
	return nil
}

// unlinked leaves those of the spares to which this node has no link.
func (n *node) unlinked(ctx context.Context, spares map[consensus.ID]int64) map[consensus.ID]int64 {
	if len(spares) == 0 {
		return nil
	}
	answer := make(chan []consensus.ID, 1)
	ok := n.in.call(func(l *loop) {
		var linked []consensus.ID
		for id, r := range l.remotes {
			if r.link != nil {
				linked = append(linked, id)
			}
		}
		answer <- linked
	})
	if !ok {
		return nil
	}
	select {
	case linked := <-answer:
		for _, id := range linked {
			delete(spares, id)
		}
		return spares
	case <-ctx.Done():
		return nil
	}
}
