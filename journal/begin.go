package journal

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
)

// Begin has the journal go on after revision rev of a cluster, of which a snapshot is to be saved in the
// folder (see SnapshotPath): what comes between its last record and rev is missing. What was appended
// and not committed is dropped. When the snapshot is there Keep follows, or else Withdraw.
func (j *Journal) Begin(name, id string, rev int64) error {
	if rev < max(j.last, j.top) {
		return fmt.Errorf("%s: cannot begin at revision %d: it has %d", j.dir, rev, max(j.last, j.top))
	}
	j.release()
	j.pending, j.bytes, j.trial, j.begun = nil, 0, true, nil
	j.head = Head{Version: formatVersion, Cluster: name, Id: id, Gap: true}
	j.last, j.heard = rev, 0
	return nil
}

// Keep says that the snapshot is there which the latest Begin was to go on from.
func (j *Journal) Keep() { j.trial, j.begun = false, nil }

// Withdraw takes back a Begin that no Keep followed, and removes what was written since: it is of no use
// without the snapshot. The journal has to Begin again.
func (j *Journal) Withdraw() error {
	if !j.trial {
		return nil
	}
	j.release()
	j.pending, j.bytes, j.last = nil, 0, 0
	var err error
	for _, path := range slices.Backward(j.begun) { // the one that tells of the gap goes last
		err = errors.Join(err, os.Remove(path))
	}
	j.Keep()
	return errors.Join(err, syncDir(j.dir))
}

// begin begins a segment. It gets its name when its head is durable, so each one has a head.
func (j *Journal) begin() error {
	seq := j.next
	j.next++ // a name that could not be made is not tried again
	path := filepath.Join(j.dir, nameSegment(seq, j.last, j.top))
	f, err := j.cfg.create(path + tempSuffix)
	if err != nil {
		return err
	}
	head := Head{Version: formatVersion, Cluster: j.head.Cluster, Id: j.head.Id, Rev: j.last, Time: j.heard, Gap: j.head.Gap}
	if head.Gap {
		head.Last = j.floor.rev
	}
	b := appendFrame(nil, place{seq: seq}, kindHead, &head)
	if err = write(f, b); err == nil {
		err = os.Rename(path+tempSuffix, path)
	}
	if err == nil {
		err = syncDir(j.dir)
	}
	if err != nil {
		_ = f.Close()
		_ = os.Remove(path + tempSuffix) // one of the two is there, if any; a head alone does no harm
		_ = os.Remove(path)
		return fmt.Errorf("%s: %w", path, err)
	}
	j.file, j.path, j.seq, j.size, j.bare, j.spent = f, path, seq, int64(len(b)), true, false
	if j.trial {
		j.begun = append(j.begun, path)
	}
	return nil
}

// write writes and syncs.
func write(f file, b []byte) error {
	if _, err := f.Write(b); err != nil {
		return err
	}
	return f.Sync()
}

// makeDir makes a folder that lasts.
func makeDir(dir string) error {
	if _, err := os.Stat(dir); err == nil {
		return nil
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	return syncDir(filepath.Dir(filepath.Clean(dir)))
}

// abandon leaves a segment that could not be written to. What was not durable is taken out where that can be
// done, since the disk may be full; the next segment has all of it.
func (j *Journal) abandon() {
	var err error
	if j.bare {
		err = os.Remove(j.path)
		j.begun = slices.DeleteFunc(j.begun, func(path string) bool { return err == nil && path == j.path })
	} else {
		err = j.file.Truncate(j.size)
	}
	if err != nil {
		j.cfg.Log.Warn("cannot take back what was not written to its end; it does no harm", "path", j.path, "err", err)
	}
	j.release()
}

// release lets go of the segment, all of which that counts is durable.
func (j *Journal) release() {
	if j.file == nil {
		return
	}
	if err := j.file.Close(); err != nil {
		j.cfg.Log.Warn("cannot close a segment", "path", j.path, "err", err)
	}
	j.file = nil
}

// Rotate has the next Commit begin a new segment.
func (j *Journal) Rotate() { j.spent = true }
