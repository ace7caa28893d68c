package journal

import "io"

// Progress is told, now and then, how many more bytes were read. An error that it returns ends the
// reading, with that error. It may be nil.
type Progress func(bytes int64) error

// Reader is r, of whose reading p is told.
func (p Progress) Reader(r io.Reader) io.Reader {
	if p == nil {
		return r
	}
	return metered{r, p}
}

type metered struct {
	io.Reader
	tell Progress
}

func (m metered) Read(b []byte) (int, error) {
	n, err := m.Reader.Read(b)
	if told := m.tell(int64(n)); err == nil {
		err = told
	}
	return n, err
}
