package journal

import (
	"errors"
	"fmt"
)

// Errors, to be told apart with errors.Is.
var (
	ErrLocked     = errors.New("another process writes to this folder")
	ErrNoSnapshot = errors.New("no snapshot to begin with")
	ErrMissing    = errors.New("not in this journal") // a revision or time before, beyond, or in a gap of it
	ErrNotWhole   = errors.New("not whole")           // a snapshot that is damaged or was cut off
	ErrNotJournal = errors.New("not a file of a journal")
	ErrSegment    = errors.New("a part of a journal, not a snapshot: doozer-backup restore makes one of its folder")
)

// Damage is a stretch of a file that is not what was written there. What lies
// before and after it is intact.
type Damage struct {
	Path   string
	Offset int64 // of its first byte
	Len    int64 // bytes
	Tail   bool  // it goes up to the end of the file: perhaps a write that was cut short
	What   string
	Cut    bool // it is what a write leaves that was cut short, or is under way: nothing is known to be lost
}

// Error names the file and the place.
func (d *Damage) Error() string {
	where := "damaged"
	if d.Tail {
		where = "damaged, or cut short, up to the end"
	}
	return fmt.Sprintf("%s: offset %d: %d bytes %s (%s)", d.Path, d.Offset, d.Len, where, d.What)
}

// Gap says that the changes of some revisions are missing.
type Gap struct {
	After, UpTo int64
	Stated      bool // it was known when it came about, and that nothing durable is among them
}

// Error tells the revisions.
func (g *Gap) Error() string {
	return fmt.Sprintf("changes after revision %d, up to %d, are missing", g.After, g.UpTo)
}
