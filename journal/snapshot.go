package journal

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"

	"github.com/ha/doozer/store"
)

// WriteSnapshot writes the tree that h tells of. It does not set h.Version.
// An error of files ends it, with that error.
func WriteSnapshot(w io.Writer, h *Head, files iter.Seq2[store.File, error]) error {
	out := bufio.NewWriterSize(w, 1<<20)
	head := &Head{Version: formatVersion, Cluster: h.Cluster, Id: h.Id, Rev: h.Rev, Time: h.Time,
		Last: max(h.Last, h.Rev), LastTime: max(h.LastTime, h.Time)}
	e := encoder{out: out}
	e.put(kindHead, head)
	foot := new(Foot)
	var file File
	for f, err := range files {
		if err == nil {
			err = checkFile(f.Path, f.Value)
		}
		if err != nil {
			return err
		}
		file.Path, file.Value, file.Rev = f.Path, f.Value, f.Rev
		if e.put(kindFile, &file); e.err != nil {
			return e.err
		}
		foot.Files++
	}
	e.put(kindFoot, foot)
	return errors.Join(e.err, out.Flush())
}

// encoder writes frames one after the other, from the file's first byte on.
type encoder struct {
	out *bufio.Writer
	buf []byte
	at  int64
	err error
}

func (e *encoder) put(kind byte, m message) {
	if e.err != nil {
		return
	}
	e.buf = appendFrame(e.buf[:0], place{offset: e.at}, kind, m)
	e.at += int64(len(e.buf))
	_, e.err = e.out.Write(e.buf)
}

// SaveSnapshot writes a snapshot to a file. When it returns nil that is there, whole and durable; when it
// returns an error, it is as it was, or, if just the folder could not be synced, replaced.
func SaveSnapshot(path string, h *Head, files iter.Seq2[store.File, error]) error {
	dir, base := filepath.Split(path)
	if dir == "" {
		dir = "."
	}
	f, err := os.CreateTemp(dir, "."+base+"-*"+tempSuffix)
	if err != nil {
		return err
	}
	err = WriteSnapshot(f, h, files)
	if err == nil {
		err = f.Sync()
	}
	if closed := f.Close(); err == nil {
		err = closed
	}
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return syncDir(dir)
}

// SnapshotReader reads a snapshot, one file after the other.
type SnapshotReader struct {
	Head *Head
	sc   *scanner
}

// NewSnapshotReader reads the head. The name is for errors.
func NewSnapshotReader(r io.Reader, name string) (*SnapshotReader, error) {
	if _, ok := parseSegment(filepath.Base(name)); ok {
		return nil, fmt.Errorf("%s is %w", name, ErrSegment)
	}
	sc := newScanner(r, name, 0)
	h, err := readHead(sc)
	if isDamage(err) {
		err = fmt.Errorf("%w, or its head is damaged: %w", ErrNotJournal, err)
	}
	if err != nil {
		return nil, err
	}
	return &SnapshotReader{h, sc}, nil
}

// Salvage reads what is left of a snapshot whose head cannot be read. Its Head is nil.
func Salvage(r io.Reader, name string) *SnapshotReader {
	return &SnapshotReader{nil, newScanner(r, name, 0)}
}

// Head reads the first frame of a snapshot.
func (s Snapshot) Head() (*Head, error) {
	f, err := os.Open(s.Path)
	if err != nil {
		return nil, gone(err)
	}
	defer f.Close()
	r, err := NewSnapshotReader(&patient{src: f}, s.Path)
	if err != nil {
		return nil, err
	}
	return r.Head, nil
}

// Files yields the files, in the order in which they were written. What cannot be read is
// a *Damage, after which it goes on; if the snapshot turns out not to be whole the last
// is ErrNotWhole. It may be called once.
func (s *SnapshotReader) Files() iter.Seq2[store.File, error] {
	return func(yield func(store.File, error) bool) {
		var n int64
		for {
			f, foot, err := s.next()
			switch {
			case foot != nil && foot.Files == n && s.ends():
				return
			case foot != nil, errors.Is(err, io.EOF):
				yield(store.File{}, fmt.Errorf("%s: the snapshot is %w: %d files can be read", s.sc.path, ErrNotWhole, n))
				return
			case !yield(f, err), err != nil && !isDamage(err):
				return
			case err == nil:
				n++
			}
		}
	}
}

// ends reports whether nothing follows.
func (s *SnapshotReader) ends() bool {
	_, _, _, err := s.sc.next()
	return errors.Is(err, io.EOF)
}

func (s *SnapshotReader) next() (f store.File, foot *Foot, err error) {
	kind, msg, offset, err := s.sc.next()
	if err != nil {
		return f, nil, err
	}
	switch kind {
	case kindFile:
		var m File
		if err = m.UnmarshalVT(msg); err == nil {
			f = store.File{Path: m.Path, Value: m.Value, Rev: m.Rev}
			err = checkFile(f.Path, f.Value)
		}
	case kindFoot:
		foot = new(Foot)
		err = foot.UnmarshalVT(msg)
	default:
		err = fmt.Errorf("a frame of kind %q", kind)
	}
	if err != nil {
		return store.File{}, nil, &Damage{Path: s.sc.path, Offset: offset, Len: headerLen + int64(len(msg)), What: err.Error()}
	}
	return f, foot, nil
}
