package peer

import (
	"errors"
	"strconv"
	"testing"

	"github.com/bmizerany/assert"

	"github.com/ha/doozer/client"
	"github.com/ha/doozer/consensus"
	"github.com/ha/doozer/store"
)

// strayed has node a look on at every tick from 1 on, and returns when it would attach anew.
// heard tells who was last heard when; a itself is always there.
func strayed(ticks int64, heard func(now int64) map[string]int64) (tries []int64) {
	a := astray{self: "a", after: 100, every: 1}
	for now := int64(1); now <= ticks; now++ {
		info := consensus.Info{Now: now}
		for id, at := range heard(now) {
			info.Members = append(info.Members, consensus.MemberInfo{ID: id, Heard: at})
		}
		info.Quorum = len(info.Members)/2 + 1
		if a.look(&info) {
			tries = append(tries, now)
		}
	}
	return tries
}

func TestAstray(t *testing.T) {
	var never []int64
	// All heard; one of the others; itself alone.
	assert.Equal(t, never, strayed(2000, func(now int64) map[string]int64 { return map[string]int64{"a": 0, "b": now, "c": now} }))
	assert.Equal(t, never, strayed(2000, func(now int64) map[string]int64 { return map[string]int64{"a": 0, "b": 0, "c": now} }))
	assert.Equal(t, never, strayed(2000, func(now int64) map[string]int64 { return map[string]int64{"a": 0} }))
	// No majority any more from 50 on: after a while, and then less and less often.
	gone := func(now int64) map[string]int64 {
		return map[string]int64{"a": 0, "b": min(now, 50), "c": min(now, 50)}
	}
	assert.Equal(t, []int64{151, 251, 451, 851, 1651}, strayed(2000, gone))
	// A minority of five is none, however much it hears of itself.
	two := func(now int64) map[string]int64 { return map[string]int64{"a": 0, "b": now, "c": 0, "d": 0, "e": 0} }
	assert.Equal(t, 1, len(strayed(150, two)))
	// A follower counts as nobody.
	assert.Equal(t, 1, len(strayed(150, func(now int64) map[string]int64 { return map[string]int64{"b": now, "c": 0} })))
	// Heard again in between.
	assert.Equal(t, never, strayed(2000, func(now int64) map[string]int64 { return map[string]int64{"a": 0, "b": now - now%90} }))
}

// A node that was asleep itself gives the others time first.
func TestAstraySlept(t *testing.T) {
	a := astray{self: "a", after: 100, every: 1}
	info := consensus.Info{Quorum: 2, Members: []consensus.MemberInfo{{ID: "a"}, {ID: "b"}}}
	for info.Now = 1; info.Now < 150; info.Now++ {
		a.look(&info)
	}
	info.Now = 1000
	assert.T(t, !a.look(&info))
	for info.Now = 1001; info.Now < 1100; info.Now++ {
		assert.T(t, !a.look(&info))
	}
	assert.T(t, a.look(&info))
}

// tree is a store at revision 10, with files at revisions 1, 2, 3...
func tree(t *testing.T, paths ...string) store.View {
	t.Helper()
	st, err := store.New(store.Config{})
	assert.Equal(t, nil, err)
	var log []store.Entry
	for i, path := range paths {
		mutation, err := store.EncodeSet(path, []byte(path), store.Missing)
		assert.Equal(t, nil, err)
		log = append(log, store.Entry{Seqn: int64(i + 1), Mutation: mutation})
	}
	st.Apply(log, 10, nil)
	return st.View()
}

// What a snapshot has of the time of a tree, the tree has too, or it is none of its
// own; and something has to be left of a tree's data to know it by.
func TestSnapshotContinues(t *testing.T) {
	file := func(path, value string, rev int64) store.File {
		return store.File{Path: path, Value: []byte(value), Rev: rev}
	}
	name := file(namePath, namePath, 1)
	data, empty := tree(t, namePath, "/b", "/c"), tree(t, namePath, "/ctl/b")
	known := tree(t, idPath, "/b")
	for i, c := range []struct {
		view  store.View
		files []store.File
		same  bool
	}{
		{data, []store.File{name, file("/b", "/b", 2), file("/c", "/c", 3), file("/d", "", 11)}, true},
		{data, []store.File{file("/b", "other", 11), file("/c", "/c", 3)}, true}, // overwritten, deleted
		{data, []store.File{name, file("/c", "/c", 2)}, false},
		{data, []store.File{name, file("/b", "/b", 2), file("/c", "other", 3)}, false},
		{data, []store.File{name, file("/b", "/b", 2), file("/d", "", 10)}, false},
		{data, []store.File{name, file("/b", "/b", 11)}, false},
		{data, nil, false},
		{empty, []store.File{name, file("/b", "/b", 11)}, true},
		{empty, []store.File{file(namePath, "other", 1)}, false},
		{empty, []store.File{name, file(idPath, "another", 11)}, false}, // of a restored cluster, say
		{known, []store.File{file(idPath, idPath, 1), file("/b", "other", 11)}, true},
		{known, []store.File{file(idPath, "another", 11)}, false},
	} {
		snap := snapshot{files: c.files}
		if err := snap.continues(c.view); (err == nil) != c.same || err != nil && !errors.Is(err, errOtherTree) {
			t.Errorf("%d: %v: %v", i, c.files, err)
		}
	}
}

// A cluster of the same name that somebody began at the address of a dead member, with an
// old tree or none, is ahead of a survivor, which keeps what it has: it may be the last copy.
func TestSurvivorKeepsItsTree(t *testing.T) {
	for what, restore := range map[string]*Restore{"empty": nil, "restored": {Rev: 1e6, Files: saved("/a")}} {
		t.Run(what, func(t *testing.T) { survivorKeepsItsTree(t, restore) })
	}
}

func survivorKeepsItsTree(t *testing.T, restore *Restore) {
	nodes := cluster(t, 3, testConfig)
	survivor := nodes[2]
	_, err := nodes[0].dial(t).Set(t.Context(), "/precious", client.Missing, []byte("data"))
	assert.Equal(t, nil, err)
	until(t, "all have it", func() bool { return survivor.file("/precious") == "data" })
	addr := nodes[0].Started.Addr
	nodes[0].kill(t)
	nodes[1].kill(t)
	cfg := testConfig()
	cfg.Addr, cfg.Restore = addr, restore
	other := start(t, cfg)
	c := other.dial(t)
	for i := 0; i == 0 || other.Store.View().Applied() <= survivor.Store.View().Applied(); i++ {
		_, err := c.Set(t.Context(), "/n", client.Clobber, []byte(strconv.Itoa(i)))
		assert.Equal(t, nil, err)
	}
	survivor.node.attachAnew(t.Context(), survivor.Store)
	assert.Equal(t, 1, survivor.logs.count("it is of another cluster"))
	assert.Equal(t, "data", survivor.file("/precious"))
	assert.Equal(t, "", survivor.file("/n"))
}
