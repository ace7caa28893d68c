package web

import (
	"encoding/json"
	"fmt"

	"github.com/ha/doozer/store"
)

// chunk is the size in bytes from which a frame is written out.
const chunk = 64 << 10

// file is a file, or its deletion, as the page gets it.
type file struct {
	Path string  `json:"path"`
	Rev  int64   `json:"rev,omitempty"`
	Text *string `json:"text,omitempty"` // the value's beginning
	Hex  *string `json:"hex,omitempty"`  // likewise, when it is not text
	Len  int     `json:"len,omitempty"`  // the whole value's, in bytes
	Cut  bool    `json:"cut,omitempty"`  // only its beginning is here
	Del  bool    `json:"del,omitempty"`
}

func newFile(path string, value []byte, rev int64) file {
	text, hexa := preview(value)
	return file{Path: path, Rev: rev, Text: text, Hex: hexa, Len: len(value), Cut: len(value) > previewLen}
}

// frames encodes events into a buffer, and hands it to write, which must not keep
// it, whenever chunk bytes are there, and on flush.
type frames struct {
	write func([]byte) error
	buf   []byte
	open  bool // within a files event
}

func (f *frames) hello(name, id string) error {
	data, err := json.Marshal(map[string]string{"name": name, "id": id})
	if err != nil {
		return err
	}
	f.buf = fmt.Appendf(f.buf, "retry: 1000\nevent: hello\ndata: %s\n\n", data)
	return f.flush()
}

func (f *frames) beat() error {
	f.buf = append(f.buf, "event: beat\ndata: 0\n\n"...)
	return f.flush()
}

func (f *frames) reset() {
	f.buf = append(f.buf, "event: reset\ndata: 0\n\n"...)
}

// file adds one file to the files event, and begins a new one where needed.
func (f *frames) file(one file) error {
	data, err := json.Marshal(one)
	if err != nil {
		return err
	}
	if f.open {
		f.buf = append(f.buf, ",\ndata: "...)
	} else {
		f.buf = append(f.buf, "event: files\ndata: ["...)
		f.open = true
	}
	f.buf = append(f.buf, data...)
	if len(f.buf) < chunk {
		return nil
	}
	return f.flush()
}

// rev says that all files up to here make up the tree at rev.
func (f *frames) rev(rev int64, epoch string) error {
	f.close()
	f.buf = fmt.Appendf(f.buf, "event: rev\nid: %d@%s\ndata: %d\n\n", rev, epoch, rev)
	return f.flush()
}

func (f *frames) close() {
	if f.open {
		f.buf = append(f.buf, "]\n\n"...)
		f.open = false
	}
}

func (f *frames) flush() error {
	f.close()
	err := f.write(f.buf)
	f.buf = f.buf[:0]
	return err
}

// changes adds a batch: first what is gone, then what is there, so that a file
// never meets a directory of its name that is about to go.
func (f *frames) changes(changes []store.Event) error {
	for _, ev := range changes {
		if ev.Del {
			if err := f.file(file{Path: ev.Path, Del: true}); err != nil {
				return err
			}
		}
	}
	for _, ev := range changes {
		if !ev.Del {
			if err := f.file(newFile(ev.Path, ev.Value, ev.Rev)); err != nil {
				return err
			}
		}
	}
	return nil
}
