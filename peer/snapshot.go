package peer

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/ha/doozer/consensus"
	"github.com/ha/doozer/proto"
	"github.com/ha/doozer/store"
)

// The bounds of snapshots.
const (
	maxSending    = 4                // snapshots that are sent at a time
	chunkBytes    = 256 << 10        // of files in a frame, but for a single larger one
	snapshotStall = 10 * time.Second // the longest time without progress, at either end
	snapshotLimit = 10 * time.Minute // the longest time that one may take to arrive
	fileOverhead  = 64               // what a file counts beside its path and value
)

// snapshot is a tree at a revision, with the configs that the tree alone cannot
// tell.
type snapshot struct {
	state consensus.State
	rev   int64 // the highest revision that holds a mutation
	files []store.File
}

// moment is what a snapshot shows, as the loop saw it.
type moment struct {
	view    store.View
	configs []consensus.Membership
}

// sendSnapshot answers a connection that asks for a snapshot.
func (n *node) sendSnapshot(conn *proto.Conn) {
	select {
	case n.sending <- struct{}{}:
		defer func() { <-n.sending }()
	default:
		n.strange.warn("refused a snapshot: too many are being sent", "to", conn.RemoteAddr())
		return
	}
	now := make(chan moment, 1)
	ok := n.in.call(func(l *loop) { now <- moment{l.st.View(), l.machine.Configs()} })
	if !ok {
		return
	}
	var m moment
	select {
	case m = <-now:
	case <-n.life.Done():
		return
	}
	begun := time.Now()
	if err := writeSnapshot(conn, m); err != nil {
		n.links.info("a snapshot was not taken to its end", "by", conn.RemoteAddr(), "err", err)
		return
	}
	n.links.info("sent a snapshot", "to", conn.RemoteAddr(), "rev", m.view.Applied(), "took", time.Since(begun))
}

// writeSnapshot writes m in chunks, none before the one before it was read.
func writeSnapshot(conn *proto.Conn, m moment) error {
	stall := time.AfterFunc(snapshotStall, func() { conn.Close() })
	defer stall.Stop()
	put := func(c *proto.SnapshotChunk) error {
		if err := conn.Queue(c); err != nil {
			return err
		}
		err := conn.Await()
		stall.Reset(snapshotStall)
		return err
	}
	head := &proto.SnapshotChunk{Applied: m.view.Applied(), Rev: m.view.Rev()}
	for _, ms := range m.configs {
		head.Configs = append(head.Configs, &proto.Membership{From: ms.From, Members: ms.Members})
	}
	if err := put(head); err != nil {
		return err
	}
	if err := writeFiles(m.view, put); err != nil {
		return err
	}
	if err := put(&proto.SnapshotChunk{Done: true}); err != nil {
		return err
	}
	if err := conn.Read(); !errors.Is(err, io.EOF) { // it closes when it has all
		return err
	}
	return nil
}

func writeFiles(v store.View, put func(*proto.SnapshotChunk) error) error {
	all, err := store.CompileGlob("/**")
	if err != nil {
		return err
	}
	var chunk proto.SnapshotChunk
	var files [chunkBytes / fileOverhead]proto.File // put is done with them when it returns
	size := 0
	v.Walk(all, func(path string, value []byte, rev int64) bool {
		more := len(path) + len(value) + fileOverhead
		if size+more > chunkBytes && size > 0 {
			err = put(&chunk)
			chunk.Files, size = chunk.Files[:0], 0
		}
		f := &files[len(chunk.Files)]
		f.Path, f.Value, f.Rev = path, value, rev
		chunk.Files = append(chunk.Files, f)
		size += more
		return err == nil
	})
	if err != nil {
		return err
	}
	return put(&chunk)
}

// fetchSnapshot asks the node at addr for a snapshot of a revision beyond above.
func fetchSnapshot(ctx context.Context, addr string, me *identity, above int64) (*snapshot, error) {
	ctx, cancel := context.WithTimeout(ctx, snapshotLimit)
	defer cancel()
	mine := me.hello()
	mine.Snapshot = true
	conn, _, err := dial(ctx, addr, me, mine)
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	stop := context.AfterFunc(ctx, func() { conn.Close() })
	defer stop()
	stall := time.AfterFunc(snapshotStall, func() { conn.Close() })
	defer stall.Stop()
	snap, err := readSnapshot(conn, above, func() { stall.Reset(snapshotStall) })
	if err != nil {
		return nil, fmt.Errorf("a snapshot from %s: %w", addr, err)
	}
	return snap, nil
}

var (
	errBadSnapshot = errors.New("malformed")
	errNotAhead    = errors.New("it is not ahead of this node")
	errOtherTree   = errors.New("it is of another cluster, not a later state of what this node has")
)

// readSnapshot takes chunks until the last one; progress is called for each.
func readSnapshot(conn *proto.Conn, above int64, progress func()) (*snapshot, error) {
	snap := new(snapshot)
	for {
		b, ok := conn.Next()
		if !ok {
			if err := conn.Read(); err != nil {
				return nil, err
			}
			continue
		}
		progress()
		done, err := snap.take(b)
		if done || err != nil {
			return snap, err
		}
		if snap.state.Applied <= above {
			return nil, errNotAhead
		}
	}
}

// take takes a chunk, and reports whether it was the last one.
func (s *snapshot) take(b []byte) (done bool, err error) {
	if s.state.Configs != nil {
		if done, err = s.takeFiles(bytes.Clone(b)); err != nil { // b is the connection's
			err = fmt.Errorf("%w: %w", errBadSnapshot, err)
		}
		return done, err
	}
	head := new(proto.SnapshotChunk)
	if err := head.UnmarshalVT(b); err != nil {
		return false, err
	}
	return false, s.begin(head)
}

// begin takes the first chunk.
func (s *snapshot) begin(head *proto.SnapshotChunk) error {
	s.state.Applied, s.rev = head.Applied, head.Rev
	for _, ms := range head.Configs {
		s.state.Configs = append(s.state.Configs, consensus.Membership{From: ms.From, Members: ms.Members})
	}
	if s.state.Configs == nil {
		return errBadSnapshot
	}
	return nil
}

// continues checks that the snapshot can be what became of v: all of it that is as old
// as v, v has too, and the cluster's id in any case; and if v holds any data, something
// is left of what it has. A cluster that somebody began where one of this cluster's nodes
// was has another id, whatever its revisions are.
func (s *snapshot) continues(v store.View) error {
	common := false
	for i := range s.files {
		f := &s.files[i]
		if f.Rev > v.Applied() && f.Path != idPath {
			continue
		}
		if value, rev := v.Get(f.Path); rev != f.Rev || !bytes.Equal(value, f.Value) {
			return fmt.Errorf("%w: %.100q of revision %d differs", errOtherTree, f.Path, f.Rev)
		}
		common = common || f.Path != namePath // which all clusters of that name have alike
	}
	if !common && holdsData(v) {
		return fmt.Errorf("%w: they have nothing in common", errOtherTree)
	}
	return nil
}

// holdsData reports whether there is anything outside of /ctl.
func holdsData(v store.View) bool {
	names, err := v.Entries("/", 0)
	if err != nil {
		return false
	}
	for name := range names {
		if name != "ctl" {
			return true
		}
	}
	return false
}

// origin is the snapshot as something to begin with.
func (s *snapshot) origin(cfg *Config) (*origin, error) {
	st, err := store.Restore(store.Config{History: cfg.History, HistoryBytes: cfg.HistoryBytes},
		s.state.Applied, s.rev, slices.Values(s.files))
	if err != nil {
		return nil, err
	}
	return &origin{st: st, state: s.state}, nil
}
