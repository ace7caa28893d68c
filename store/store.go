package store

import (
	"fmt"
	"sync/atomic"
)

// Config is a store's limits. The zero value stands for the defaults.
type Config struct {
	// History is the number of changes kept to be read and watched; default
	// 360000. Nops and deletions of what was not there count nothing.
	History int
	// HistoryBytes bounds the memory that kept changes take beyond the newest
	// tree, the values they replaced above all; default 256 MiB.
	HistoryBytes int64
}

const (
	defaultHistory      = 360_000
	defaultHistoryBytes = 256 << 20
	maxHistory          = 1 << 30
)

func (c Config) check() (Config, error) {
	if c.History == 0 {
		c.History = defaultHistory
	}
	if c.HistoryBytes == 0 {
		c.HistoryBytes = defaultHistoryBytes
	}
	if c.History < 0 || c.History > maxHistory {
		return c, fmt.Errorf("%w: history of %d changes, want 1 to %d", ErrBadConfig, c.History, maxHistory)
	}
	if c.HistoryBytes < 0 {
		return c, fmt.Errorf("%w: history of %d bytes, want 1 or more", ErrBadConfig, c.HistoryBytes)
	}
	return c, nil
}

// Store is a tree, its history and those who follow it. Apply and Reset belong to
// one goroutine; all other methods may be called from any.
type Store struct {
	cfg      Config
	now      atomic.Pointer[state]
	ids      *numbers // the writer's, like batch
	batch    batch
	watchers watchers
	waiters  waiters
	pages    pages
}

// state is one published moment of the store; immutable.
type state struct {
	tree    tree
	hist    history
	applied int64
	rev     int64 // the highest seqn up to applied that holds a mutation
}

// New makes an empty store, at revision 0. Error: ErrBadConfig.
func New(cfg Config) (*Store, error) {
	cfg, err := cfg.check()
	if err != nil {
		return nil, err
	}
	s := &Store{cfg: cfg, ids: new(numbers)}
	s.now.Store(&state{tree: newTree()})
	return s, nil
}

// Entry is a place in the log that holds a mutation. The store keeps the
// mutation's bytes: they must not be modified afterwards, and memory that they
// are a part of stays in use as long as their change is.
type Entry struct {
	Seqn     int64
	Mutation []byte
}

// Apply applies entries, whose seqns ascend from above the applied revision, and
// moves on to revision to; seqns that no entry names are nops, and cost nothing.
// All of it becomes visible at once, then watchers and waiters are woken.
//
// It appends to results each entry's result: nil, or an error that is one of
// ErrRevMismatch, ErrIsDir, ErrNotDir, ErrBadPath, ErrValueTooLarge, ErrBadMutation.
func (s *Store) Apply(entries []Entry, to int64, results []error) []error {
	old := s.now.Load()
	w := writer{old.tree.edited(), old.hist, s.ids, s.cfg}
	s.batch.decode(entries)
	s.batch.warm(&w.tree)
	applied, rev := old.applied, old.rev
	for i, e := range entries {
		if e.Seqn <= applied || e.Seqn > to {
			panic(fmt.Sprintf("store: entry %d of a batch in (%d, %d]", e.Seqn, applied, to))
		}
		applied, rev = e.Seqn, e.Seqn
		results = append(results, w.apply(e.Seqn, s.batch.ops[i]))
	}
	s.batch.clear()
	if to < applied {
		panic(fmt.Sprintf("store: revision %d applied after %d", to, applied))
	}
	w.trim(old.hist.next)
	st := &state{tree: w.tree, hist: w.hist, applied: to, rev: rev}
	s.now.Store(st)
	s.watchers.offer(&st.hist, old.hist.next)
	s.watchers.offered.Store(to)
	s.waiters.wake(to)
	return results
}

// FirstKept is the lowest revision that At can read: at least 1. It may rise at
// any time. Events are kept from the revision after it on; from 1 on if nothing
// was dropped yet.
func (s *Store) FirstKept() int64 { return s.now.Load().firstKept() }

func (st *state) firstKept() int64 { return max(1, st.hist.floor) }
