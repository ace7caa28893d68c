package peer

import (
	"errors"
	"testing"

	"github.com/bmizerany/assert"

	"github.com/ha/doozer/consensus"
	"github.com/ha/doozer/proto"
	"github.com/ha/doozer/store"
)

// begun is a snapshot that has its head.
func begun() *snapshot {
	return &snapshot{state: consensus.State{Configs: []consensus.Membership{{From: 1}}}}
}

// TestTakeFilesRefuses: a field that is known and of another type is no later release's.
func TestTakeFilesRefuses(t *testing.T) {
	for name, b := range map[string][]byte{
		"a chunk's files as a number": {3 << 3, 1},
		"a chunk's end as bytes":      {5<<3 | 2, 0},
		"a chunk's revision as bytes": {4<<3 | 2, 0},
		"a file's path as a number":   {3<<3 | 2, 2, 1 << 3, 1},
		"a file's revision as bytes":  {3<<3 | 2, 2, 3<<3 | 2, 0},
		"a file that is cut off":      {3<<3 | 2, 2, 1<<3 | 2},
		"a path that is cut off":      {3<<3 | 2, 2, 1<<3 | 2, 9},
		"a field without a number":    {0, 0},
		"a tag that is cut off":       {0x80},
	} {
		_, err := begun().take(b)
		assert.T(t, errors.Is(err, errBadSnapshot), name, err)
	}
}

// FuzzTakeFiles holds the decoder of snapshots against the generated one, which takes some unknown
// fields that this one refuses, and the other way round.
func FuzzTakeFiles(f *testing.F) {
	for _, c := range []*proto.SnapshotChunk{
		{Done: true},
		{Files: []*proto.File{{Path: "/a", Value: []byte("x"), Rev: 7}, {Path: "/b", Rev: 1 << 40}, {}}},
		{Applied: 3, Rev: 2, Configs: []*proto.Membership{{From: 1, Members: []string{"m"}}}, Files: []*proto.File{{Path: "/c"}}},
	} {
		b, err := c.MarshalVT()
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		snap := begun()
		done, err := snap.take(b)
		want := new(proto.SnapshotChunk)
		if err != nil || want.UnmarshalVT(b) != nil {
			return
		}
		assert.Equal(t, want.Done, done)
		var files []store.File
		for _, x := range want.Files {
			files = append(files, store.File{Path: x.Path, Value: x.Value, Rev: x.Rev})
		}
		assert.Equal(t, len(files), len(snap.files))
		for i := range files {
			got, want := snap.files[i], files[i]
			assert.T(t, got.Path == want.Path && got.Rev == want.Rev && string(got.Value) == string(want.Value), i)
		}
	})
}
