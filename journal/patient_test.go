package journal

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"syscall"
	"testing"

	"github.com/bmizerany/assert"
)

// failing is a file that a disk cannot read some blocks of.
type failing struct {
	*bytes.Reader
	bad func(offset int64) bool
}

func (f failing) Read(b []byte) (int, error) {
	at, _ := f.Seek(0, io.SeekCurrent)
	if f.bad(at) {
		return 0, &fs.PathError{Op: "read", Path: "x", Err: syscall.EIO}
	}
	return f.Reader.Read(b[:min(len(b), int(blockBytes-at%blockBytes))])
}

// What a disk cannot read is damage with its place, and what comes after it can be read.
func TestUnreadableBlock(t *testing.T) {
	var b []byte
	value := bytes.Repeat([]byte("x"), 3000)
	const n = 40
	for i := range n {
		r := &Record{Rev: int64(i + 1), Step: 1, Changes: []*Change{{Path: "/a", Value: value}}}
		b = appendFrame(b, place{1, int64(len(b))}, kindRecord, r)
	}
	for _, bad := range []func(int64) bool{
		func(at int64) bool { return at/blockBytes == 5 },
		func(at int64) bool { return at/blockBytes == 0 || at/blockBytes == 7 },
		func(at int64) bool { return at >= 14*blockBytes },
	} {
		sc := newScanner(&patient{src: failing{bytes.NewReader(b), bad}}, "x", 1)
		good, passed := 0, int64(0)
		for ended := false; !ended; {
			_, msg, offset, err := sc.next()
			var d *Damage
			switch {
			case errors.Is(err, io.EOF):
				assert.T(t, passed >= int64(len(b)) && good > 10, passed, len(b), good)
				ended = true
			case errors.As(err, &d):
				assert.Equal(t, passed, d.Offset)
				passed += d.Len
			default:
				assert.Equal(t, nil, err)
				assert.Equal(t, passed, offset)
				passed += headerLen + int64(len(msg))
				good++
			}
		}
	}
}

// A disk of which nothing can be read does not keep anybody for ever: it is asked less and less often.
func TestUnreadableFile(t *testing.T) {
	asked := 0
	r := &patient{src: failing{bytes.NewReader(make([]byte, 100<<20)), func(int64) bool { asked++; return true }}}
	n, err := io.Copy(io.Discard, r)
	assert.Equal(t, nil, err)
	assert.Equal(t, int64(100<<20), n)
	assert.T(t, asked < 300, asked)
}
