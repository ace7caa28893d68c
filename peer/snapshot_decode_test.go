package peer

import (
	"testing"

	"github.com/bmizerany/assert"

	"github.com/ha/doozer/consensus"
	"github.com/ha/doozer/proto"
	"github.com/ha/doozer/store"
)

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
		snap := snapshot{state: consensus.State{Configs: []consensus.Membership{{From: 1}}}}
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
