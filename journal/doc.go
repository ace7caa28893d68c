// Package journal is a cluster's data in files: every change with its revision in segments, and
// snapshots of the whole tree from time to time. It is what doozer-backup writes and reads, and what
// doozerd begins a cluster with that was lost. It knows no network.
//
// # A folder
//
// A segment, 00000003-0000000000049541.seg, has a number and says after which revision it begins. It gets its name
// when its head is durable. Each record tells the revision of the one before it, which may lie in another
// segment: so whether a change is missing between two of them is known wherever they lie, and whatever
// was damaged. Segments may overlap; what both have they have alike, since a revision's changes never change.
//
// So nothing that was durable is ever cut off or repaired. Whoever opens the folder finds up to where, from the newest snapshot
// that is whole, nothing is missing, and goes on from there in a new segment. Where changes are missing since nobody
// had them any more, the next segment says so (Head.Gap), and a snapshot,
// 0000000000164769.snap, of the revision after which it begins makes it usable.
//
// A file is a row of frames (frame.go), each with checksums over its place, kind, length and
// message. After damage, reading goes on at the next frame.
//
// # Reading order
//
//   - frame.go, scan.go, patient.go: frames, and going through them past what is damaged.
//   - names.go, segment.go, snapshot.go: the two kinds of files.
//   - archive.go, tree.go, at.go: all changes of a folder, and the tree as of a revision.
//   - end.go, revat.go, spans.go: how far a folder goes, the revision of a time, and what it has.
//   - writer.go, begin.go, recover.go, floor.go, lock.go: appending, and going on after whatever happened.
//   - verify.go, diff.go, prune.go, restore.go: checking, comparing trees, dropping what is old, and the
//     revision at which a cluster begins that is restored.
package journal
