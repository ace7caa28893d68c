package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"

	"github.com/ha/doozer/journal"
)

// identity is which cluster a journal is of, and of which ones it was before: a cluster that is restored has a
// new id.
type identity struct {
	mu    sync.Mutex
	name  string // "": the journal is empty
	id    string // of the cluster that it goes on with; "": that one has none
	since int64  // a revision of that one
	known map[string]bool
}

// newIdentity is that of a journal, of which a is what it has in its folder, or nil.
func newIdentity(j *journal.Journal, a *journal.Archive) *identity {
	i := &identity{known: map[string]bool{}}
	var newest *journal.Head
	for _, h := range allHeads(a) {
		i.known[h.Id] = true
		if newest == nil || h.Rev >= newest.Rev {
			newest = h
		}
	}
	name, id := j.Cluster()
	since := j.Rev()
	if newest != nil && (name == "" || newest.Rev > since) { // a snapshot, and no change after it
		name, id, since = newest.Cluster, newest.Id, newest.Rev
	}
	if name != "" {
		i.set(name, id, since)
	}
	return i
}

// allHeads are those of a folder's files, as far as they can be read.
func allHeads(a *journal.Archive) (heads []*journal.Head) {
	if a == nil {
		return nil
	}
	for i := range a.Segments {
		if h, err := a.Segments[i].Head(); err == nil {
			heads = append(heads, h)
		}
	}
	for _, s := range a.Snapshots {
		if h, err := s.Head(); err == nil {
			heads = append(heads, h)
		}
	}
	return heads
}

// set has the journal go on with a cluster, from a revision of it on.
func (i *identity) set(name, id string, since int64) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.name, i.id, i.since = name, id, since
	i.known[id] = true
}

// admit refuses nodes of other clusters than the journal's, or one that was restored from what it has: what they
// call revision 5 is something else. It is a client.Config's Admit.
func (i *identity) admit(ctx context.Context, read func(path string) ([]byte, int64, error)) error {
	if i.empty() {
		return nil
	}
	id, _, err := read(idFile)
	if err != nil {
		return err
	}
	origin, begun, err := read(originFile)
	if err != nil {
		return err
	}
	from, _, _ := strings.Cut(string(origin), " ")
	return i.judge(string(id), from, begun)
}

func (i *identity) empty() bool {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.name == ""
}

// judge is admit, of a node whose cluster is id and was restored from another one, to begin at about a revision. One
// that was replaced does not come back: its id is known and not the present one, or it begins below what is
// there of that one.
func (i *identity) judge(id, from string, begun int64) error {
	i.mu.Lock()
	defer i.mu.Unlock()
	switch {
	case id == i.id:
		return nil
	case i.known[id]:
		return fmt.Errorf("%w: the journal went on from %q to %q", errOtherCluster, id, i.id)
	case from == "" || !i.known[from]:
		return fmt.Errorf("%w: its id is %q, and the journal is of %q", errOtherCluster, id, i.id)
	case begun <= i.since:
		return fmt.Errorf("%w: %q begins at revision %d, and the journal has %d of %q", errOtherCluster, id, begun, i.since, i.id)
	}
	return nil
}

var errOtherCluster = errors.New("a node of another cluster")
