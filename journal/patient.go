package journal

import (
	"errors"
	"io"
	"syscall"
)

// blockBytes is what a disk that fails is taken to lose: one block, and as long as it goes on failing one more each
// time, for each attempt may take the disk its time.
const blockBytes = 4096

// patient reads on where a disk cannot: zeros stand for what it does not give. They are no frames, so that is
// told as damage.
type patient struct {
	src    io.ReadSeeker
	zeros  int64 // to come
	stride int64 // of the latest failure, since something was read; 0: none
}

func (r *patient) Read(b []byte) (int, error) {
	if r.zeros == 0 {
		n, err := r.src.Read(b)
		if n > 0 {
			r.stride = 0
		}
		if n > 0 || !errors.Is(err, syscall.EIO) {
			return n, err
		}
		if err := r.pass(); err != nil {
			return 0, err
		}
	}
	n := int(min(r.zeros, int64(len(b))))
	clear(b[:n])
	r.zeros -= int64(n)
	return n, nil
}

// pass goes past what cannot be read; io.EOF: there is no more.
func (r *patient) pass() error {
	at, err := r.src.Seek(0, io.SeekCurrent)
	if err != nil {
		return err
	}
	end, err := r.src.Seek(0, io.SeekEnd)
	if err != nil {
		return err
	}
	r.stride += blockBytes
	r.zeros = min(r.stride-at%blockBytes, end-at)
	if r.zeros <= 0 {
		return io.EOF
	}
	_, err = r.src.Seek(at+r.zeros, io.SeekStart)
	return err
}
