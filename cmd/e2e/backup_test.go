package e2e

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/bmizerany/assert"

	"github.com/ha/doozer/client"
	"github.com/ha/doozer/journal"
)

// report is where the backups of tests tell what is durable.
const report = "/ctl/backup/test"

// startBackup starts a doozer-backup that follows a cluster into a folder.
func startBackup(t *testing.T, dir, addr string, args ...string) *process {
	t.Helper()
	args = append([]string{"run", "-d", dir, "-a", addr, "-report", report}, args...)
	return startProgram(t, "doozer-backup", "the backup", args...)
}

// uri names nodes.
func uri(nodes ...*node) string { return "doozer:?ca=" + strings.Join(addrs(nodes), "&ca=") }

// durable waits until the backup says that a revision is on disk.
func durable(t *testing.T, c *client.Client, rev int64) {
	t.Helper()
	eventually(t, fmt.Sprintf("revision %d is durable", rev), func() error {
		value, _, err := c.Get(timed(t), report)
		if err != nil {
			return err
		}
		if n, err := strconv.ParseInt(string(value), 10, 64); err != nil || n < rev {
			return fmt.Errorf("it is %s", value)
		}
		return nil
	})
}

// archive reads a journal.
func archive(t *testing.T, dir string) *journal.Archive {
	t.Helper()
	a, err := journal.Read(dir)
	assert.Equal(t, nil, err)
	return a
}

// sameAsNode holds the tree that a journal has of a revision against a node's.
func sameAsNode(t *testing.T, a *journal.Archive, n *node, rev int64) {
	t.Helper()
	tree, err := a.At(rev, nil)
	if err != nil {
		t.Fatal(err)
	}
	files := 0
	for f, err := range n.c.Walk(timed(t), "/**", client.At(rev)) {
		assert.Equal(t, nil, err)
		files++
		g := tree.Files[f.Path]
		assert.Equal(t, f.Rev, g.Rev, f.Path)
		assert.Equal(t, string(f.Value), string(g.Value), f.Path)
	}
	assert.Equal(t, files, len(tree.Files))
}

// sameAsWatch holds the journal's changes of revisions from to to against those that a watch brought.
func sameAsWatch(t *testing.T, a *journal.Archive, from, to int64, events []client.Event) {
	t.Helper()
	for r, err := range a.Records(from, to) {
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range r.Changes {
			assert.T(t, len(events) > 0, "the watch did not bring", r.Rev, c.Path)
			ev := events[0]
			events = events[1:]
			if ev.Rev != r.Rev || ev.Path != c.Path || ev.Del != c.Del || string(ev.Value) != string(c.Value) {
				t.Fatalf("the watch brought %v, and the journal has %d: %v", ev, r.Rev, c)
			}
		}
	}
	assert.T(t, len(events) == 0 || events[0].Rev > to, "the journal lacks", events[:min(1, len(events))])
}

// sound checks that verify finds nothing that was lost.
func sound(t *testing.T, a *journal.Archive) {
	t.Helper()
	for f, err := range a.Verify(nil) {
		assert.Equal(t, nil, err)
		assert.T(t, f.Harmless, f.Err)
	}
}

// transact makes changes of several files at one revision, until the test ends: transactions, and what sessions
// leave behind.
func transact(t *testing.T, uri string) {
	c := dial(t, uri)
	ctx, stop := context.WithCancel(context.Background())
	var running sync.WaitGroup
	t.Cleanup(func() { stop(); running.Wait() })
	running.Go(func() {
		for i := 0; ctx.Err() == nil; i++ { // whatever comes of each
			value, session := []byte(strconv.Itoa(i)), fmt.Sprint("s", i)
			c.Commit(ctx, new(client.Txn).Set("/txn/a", client.Clobber, value).Set("/txn/b/c", client.Clobber, value).Del("/txn/d", client.Clobber))
			c.Commit(ctx, new(client.Txn).Set("/txn/d", client.Clobber, value).Del("/txn/b/c", client.Clobber))
			c.Checkin(ctx, session, client.Missing)
			c.SetEphemeral(ctx, "/txn/e", client.Clobber, value, session)
			c.Del(ctx, "/ctl/sess/"+session, client.Clobber)
		}
	})
}

// kill -9 of the backup at any moment of a load, and of the node that it is connected to: it goes on after
// what it has, and in the end has every change, each once, and nothing else.
func TestBackupUnderFire(t *testing.T) {
	t.Parallel()
	nodes := startCluster(t, 3, "-timeout", "1")
	dir := t.TempDir()
	b := startBackup(t, dir, uri(nodes...), "-segment", "50kB")
	durable(t, nodes[0].c, 1)
	base := archive(t, dir).Snapshots[0].Rev
	r := record(t, base+1, addrs(nodes)...)
	l := newLoad(t, time.Millisecond)
	for _, n := range nodes {
		l.through(n.addr, 3)
	}
	transact(t, uri(nodes...))
	rnd := rand.New(rand.NewPCG(1, uint64(time.Now().UnixNano())))
	for i := range 12 {
		pause(time.Duration(rnd.IntN(400)) * time.Millisecond)
		if i == 6 {
			nodes[2].kill()
			nodes = append(nodes[:2], startNode(t, "D", "-a", nodes[0].addr, "-timeout", "1"))
			r.also(nodes[2].addr)
			continue
		}
		b.kill()
		b = startBackup(t, dir, uri(nodes...), "-segment", "50kB")
	}
	verify(t, l, r, nodes...)
	mark := set(t, nodes[1].c, "/mark", client.Clobber, "")
	events := r.upTo(mark)
	durable(t, nodes[0].c, mark)
	a := archive(t, dir)
	sameAsWatch(t, a, base+1, mark, events)
	sameAsNode(t, a, nodes[0], mark)
	sound(t, a)
	joined := 0
	for _, ev := range events {
		if ev.More {
			joined++
		}
	}
	assert.T(t, joined > 100, joined)
	t.Logf("%d changes in %d segments, %d of them with others", len(events), len(a.Segments), joined)
	b.signal(15)
	assert.Equal(t, 0, b.status(t, patience))
}

// What the cluster has forgotten while the backup was away is missing, and said to be.
func TestBackupGap(t *testing.T) {
	t.Parallel()
	n := startNode(t, "A", "-hist", "100")
	dir := t.TempDir()
	b := startBackup(t, dir, n.addr)
	first := set(t, n.c, "/first", client.Missing, "1")
	durable(t, n.c, first)
	b.kill()
	for i := range 400 {
		set(t, n.c, fmt.Sprintf("/many/%d", i), client.Missing, "x")
	}
	b = startBackup(t, dir, n.addr)
	b.logged(t, "changes are missing")
	last := set(t, n.c, "/last", client.Missing, "1")
	durable(t, n.c, last)
	a := archive(t, dir)
	sameAsNode(t, a, n, last)
	sound(t, a)
	var gaps []*journal.Gap
	for _, err := range a.Records(a.Snapshots[0].Rev+1, math.MaxInt64) {
		if g, ok := err.(*journal.Gap); ok {
			gaps = append(gaps, g)
		}
	}
	assert.Equal(t, 1, len(gaps))
	assert.T(t, gaps[0].Stated && gaps[0].After >= first && gaps[0].UpTo < last, gaps[0])
	_, err := a.At(gaps[0].After, nil)
	assert.Equal(t, nil, err)
	_, err = a.At(gaps[0].After+1, nil)
	assert.T(t, errors.Is(err, journal.ErrMissing), err)
}

// One folder, one backup; two folders, two.
func TestBackupsSideBySide(t *testing.T) {
	t.Parallel()
	n := startNode(t, "A")
	one, two := t.TempDir(), t.TempDir()
	startBackup(t, one, n.addr)
	durable(t, n.c, 1)
	second := startProgram(t, "doozer-backup", "the second", "run", "-d", one, "-a", n.addr)
	assert.Equal(t, 75, second.status(t, patience))
	assert.T(t, oneLine(second.stderr.String(), "doozer-backup: "), second.stderr.String())
	startProgram(t, "doozer-backup", "the third", "run", "-d", two, "-a", n.addr, "-report", "/ctl/backup/two", "-fsync", "20ms")
	expectFile(t, n.c, "/ctl/backup/two")
	mark := set(t, n.c, "/x", client.Missing, "x")
	out := prints(t, n.addr, fmt.Sprintf("doozer -t 10 wait-durable %d %s && doozer -t 10 wait-durable %d /ctl/backup/two", mark, report, mark))
	assert.Equal(t, 2, strings.Count(out, "\n"), out)
	for _, dir := range []string{one, two} {
		sameAsNode(t, archive(t, dir), n, mark)
	}
}

// expectFile waits until a file is there.
func expectFile(t *testing.T, c *client.Client, path string) {
	t.Helper()
	eventually(t, path+" is there", func() error {
		_, rev, err := c.Get(timed(t), path)
		if err == nil && rev == client.Missing {
			err = errors.New("it is not")
		}
		return err
	})
}

// Snapshots are made of what is on the disk, while it is written to, and what need not be kept is dropped. Each
// revision that is kept can be had as it was.
func TestBackupKeeps(t *testing.T) {
	t.Parallel()
	n := startNode(t, "A")
	dir := t.TempDir()
	b := startBackup(t, dir, n.addr, "-segment", "20kB", "-snapshot-size", "50kB", "-keep-revs", "3000")
	durable(t, n.c, 1)
	durable(t, n.c, set(t, n.c, "/first", client.Missing, "")) // what is durable at first is a snapshot only
	first := archive(t, dir).Segments[0].Path
	l := newLoad(t, time.Millisecond)
	l.through(n.addr, 4)
	b.logged(t, "saved a snapshot\"")
	b.logged(t, "dropped what need not be kept")
	l.end()
	mark := set(t, n.c, "/mark", client.Clobber, "")
	durable(t, n.c, mark)
	a := archive(t, dir)
	assert.NotEqual(t, first, a.Segments[0].Path)
	sound(t, a)
	from := a.Snapshots[0].Rev
	assert.T(t, mark-from >= 3000, from, mark)
	for rev := from; rev <= mark; rev += (mark - from) / 7 {
		sameAsNode(t, a, n, rev)
	}
}
