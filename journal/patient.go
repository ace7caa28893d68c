package journal

import (
	"errors"
	"io"
	"syscall"
)

const (
	blockBytes = 4096 // what a disk that fails is taken to lose at a time
	maxBlocks  = 64   // so many are passed over in a file; each may take a disk its time
)

// patient reads on where a disk cannot: zeros stand for what it does not give. They are no frames, so that is
// told as damage.
type patient struct {
	src    io.ReadSeeker
	failed int
}

func (r *patient) Read(b []byte) (int, error) {
	n, err := r.src.Read(b)
	if n > 0 || !errors.Is(err, syscall.EIO) {
		return n, err
	}
	if r.failed++; r.failed > maxBlocks {
		return 0, io.EOF
	}
	at, err := r.src.Seek(0, io.SeekCurrent)
	if err == nil {
		n = min(len(b), int(blockBytes-at%blockBytes))
		_, err = r.src.Seek(int64(n), io.SeekCurrent)
	}
	clear(b[:n])
	return n, err
}
