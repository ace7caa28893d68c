package journal

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"
)

// DefaultSegmentBytes is how long a segment grows, unless Config says otherwise.
const DefaultSegmentBytes = 64 << 20

// Config says how a Journal writes.
type Config struct {
	SegmentBytes int64        // a segment of that size, or longer, is followed by a new one; 0: the default
	Log          *slog.Logger // gets what was found damaged, and what could not be written; required

	create func(path string) (file, error) // for tests; nil: the disk
	sync   func(path string) error         // likewise, of a file that somebody else wrote
}

// file is what a journal needs of a file that it writes.
type file interface {
	Write(b []byte) (int, error)
	Sync() error
	Truncate(size int64) error
	Close() error
}

// Journal appends to the journal in a folder, which it keeps locked. One goroutine at a time may
// use it.
//
// What was appended is held in memory until Commit returns nil; then it is durable. A Commit that fails
// changes nothing of what was durable, and may be called again: it then writes everything
// to a new segment, since after a failed fsync nobody knows what a file holds.
type Journal struct {
	dir  string
	cfg  Config
	lock *flock.Flock

	head  Head  // of the next segment, but for what begin sets
	next  int64 // its number
	file  file  // nil: the next Commit begins a segment
	path  string
	seq   int64
	size  int64    // of what is durable in it
	bare  bool     // that is its head alone
	spent bool     // the next Commit begins a new segment
	trial bool     // whether what was begun stays is not known yet
	begun []string // the segments since

	last    int64 // the revision of the latest record that is durable, or where the journal begins
	heard   int64 // the time of that record; 0: not known
	top     int64 // the highest revision that any file tells of
	pending []*Record
	bytes   int
	buf     []byte
	floor   floor
}

// Open opens the journal in a folder, and makes both if they are not there. It goes on after what is
// intact; what is not it leaves as it is, and logs it. Error: ErrLocked.
func Open(dir string, cfg Config) (*Journal, error) {
	if cfg.SegmentBytes <= 0 {
		cfg.SegmentBytes = DefaultSegmentBytes
	}
	if cfg.create == nil {
		cfg.create = func(path string) (file, error) { return os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600) }
	}
	if cfg.sync == nil {
		cfg.sync = syncFile
	}
	if err := makeDir(dir); err != nil {
		return nil, err
	}
	lock, err := lockDir(dir)
	if err != nil {
		return nil, err
	}
	j := &Journal{dir: filepath.Clean(dir), cfg: cfg, lock: lock, next: 1}
	if err := j.recover(); err != nil {
		return nil, errors.Join(err, lock.Unlock())
	}
	return j, nil
}

// Rev is the latest revision that is durable, or after a Begin that of its snapshot; between it and the
// snapshot before it nothing is missing. 0: the journal has to Begin.
func (j *Journal) Rev() int64 { return j.last }

// Cluster is the name and id of the cluster that the journal is of; empty before the first Begin.
func (j *Journal) Cluster() (name, id string) { return j.head.Cluster, j.head.Id }

// Append adds a record, of a revision beyond those before it and of a time in nanoseconds
// since 1970, to what Commit will write. It keeps r, and sets its Step itself.
func (j *Journal) Append(r *Record) error {
	if j.last == 0 {
		return errors.New("cannot append: the journal has not begun")
	}
	last := j.last
	if n := len(j.pending); n > 0 {
		last = j.pending[n-1].Rev
	}
	r.Step = r.Rev - last
	if err := r.check(last); err != nil {
		return fmt.Errorf("cannot append: %w", err)
	}
	size := headerLen + r.SizeVT()
	if size > maxMessage {
		return fmt.Errorf("cannot append: revision %d takes %d bytes, at most %d", r.Rev, size, maxMessage)
	}
	j.pending = append(j.pending, r)
	j.bytes += size
	return nil
}

// Pending is how many bytes Commit would write.
func (j *Journal) Pending() int { return j.bytes }

// Commit makes durable what was appended.
func (j *Journal) Commit() error {
	if len(j.pending) == 0 {
		return nil
	}
	if j.file != nil && (j.spent || j.size >= j.cfg.SegmentBytes) {
		j.release()
	}
	if j.file == nil {
		if err := j.begin(); err != nil {
			return err
		}
	}
	j.buf = j.buf[:0]
	for _, r := range j.pending {
		j.buf = appendFrame(j.buf, place{j.seq, j.size + int64(len(j.buf))}, kindRecord, r)
	}
	latest := j.pending[len(j.pending)-1]
	j.top = max(j.top, latest.Rev) // it may come to be read, whatever becomes of the write
	if err := write(j.file, j.buf); err != nil {
		j.abandon()
		return fmt.Errorf("%s: %w", j.path, err)
	}
	j.size += int64(len(j.buf))
	j.last, j.heard = latest.Rev, latest.Time
	j.head.Gap, j.bare = false, false
	j.forget()
	j.raise()
	return nil
}

// maxSpare is how much memory is kept for the next batch, in bytes and in records.
const maxSpare = 4 << 20

// forget lets go of a batch that is durable.
func (j *Journal) forget() {
	clear(j.pending)
	j.pending, j.bytes = j.pending[:0], 0
	if cap(j.buf) > maxSpare {
		j.buf = nil
	}
	if cap(j.pending) > maxSpare/8 {
		j.pending = nil
	}
}

// raise saves the floor, now and then. Without it the journal is as good; only less can be told of
// what befell it.
func (j *Journal) raise() {
	if j.trial {
		return // it is of no use yet
	}
	if err := j.floor.raise(j.dir, j.last, time.Now()); err != nil {
		j.cfg.Log.Warn("cannot note what is durable", "err", err)
	}
}

// Close ends the journal. What was not committed is lost.
func (j *Journal) Close() error {
	j.release()
	if err := j.floor.save(j.dir); err != nil {
		j.cfg.Log.Warn("cannot note what is durable", "err", err)
	}
	return j.lock.Unlock()
}
