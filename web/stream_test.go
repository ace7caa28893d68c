package web

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bmizerany/assert"
	"github.com/ha/doozer/store"
)

// wire is a browser's end of a stream without a network: what was written, and when.
type wire struct {
	each func() error // called with each write

	mu     sync.Mutex
	buf    bytes.Buffer
	frames int // rev events
}

func (w *wire) write(p []byte) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.buf.Write(p)
	if bytes.Contains(p, []byte("event: rev")) {
		w.frames++
	}
	if w.each != nil {
		return w.each()
	}
	return nil
}

// take returns what was written since the last take.
func (w *wire) take() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	defer w.buf.Reset()
	return w.buf.String()
}

// read gives what the browser shows after reading text.
func read(text string) *page {
	p := &page{reader: reader{in: bufio.NewReader(strings.NewReader(text))}, tree: map[string]string{}}
	for p.commit() == nil {
	}
	return p
}

func newStream(t *testing.T, s *store.Store, w *wire) *stream {
	all, err := store.CompileGlob("/**")
	if err != nil {
		t.Fatal(err)
	}
	return &stream{store: s, all: all, epoch: "e", out: frames{write: w.write}}
}

// A storm of 10,000 changes a second to 100 files costs 20 frames a second, and
// what is shown in the end is right.
func TestStormIsCoalesced(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWriter(t, store.Config{})
		out := &wire{}
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error)
		go func() { ended <- newStream(t, w.Store, out).run(ctx, 0) }()
		for i := range 20000 {
			if path := fmt.Sprintf("/d%d/f%d", i%10, i%100); i%31 == 0 {
				w.del(path)
			} else {
				w.set(path, fmt.Sprint(i))
			}
			time.Sleep(100 * time.Microsecond)
		}
		time.Sleep(time.Second)
		cancel()
		assert.T(t, errors.Is(<-ended, context.Canceled))
		assert.T(t, out.frames >= 30 && out.frames <= 43, out.frames)
		text := out.take()
		assert.Equal(t, w.files(), read(text).tree)
		assert.T(t, len(text) < 20000*20, len(text))
	})
}

// A lone change is sent at once, and in quiet times there are beats.
func TestQuietStream(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWriter(t, store.Config{})
		out := &wire{}
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error)
		go func() { ended <- newStream(t, w.Store, out).run(ctx, 0) }()
		time.Sleep(time.Second)
		synctest.Wait()
		out.take()
		w.set("/a", "now")
		synctest.Wait()
		assert.Equal(t, "event: files\ndata: [{\"path\":\"/a\",\"rev\":1,\"text\":\"now\",\"len\":3}]\n\n"+
			"event: rev\nid: 1@e\ndata: 1\n\n", out.take())
		time.Sleep(35 * time.Second)
		synctest.Wait()
		assert.Equal(t, 3, strings.Count(out.take(), "event: beat\n"))
		cancel()
		<-ended
	})
}

// A browser that is slower than the history is long gets the tree anew.
func TestStreamThatFallsBehindBeginsAnew(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWriter(t, store.Config{History: 10})
		out := &wire{}
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error)
		go func() { ended <- newStream(t, w.Store, out).run(ctx, 0) }()
		synctest.Wait()
		for i := range 100 { // while it rests
			w.set(fmt.Sprintf("/%d", i), "x")
		}
		time.Sleep(time.Second)
		cancel()
		<-ended
		p := read(out.take())
		assert.Equal(t, 2, p.resets)
		assert.Equal(t, w.files(), p.tree)
	})
}

// Changes during the snapshot are neither lost nor half in it.
func TestChangesDuringSnapshot(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWriter(t, store.Config{})
		for i := range 5000 {
			w.set(fmt.Sprintf("/%d", i), "before")
		}
		out := &wire{}
		out.each = func() error { // between its chunks
			w.set("/100", "during")
			w.del("/4999")
			out.each = nil
			return nil
		}
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error)
		go func() { ended <- newStream(t, w.Store, out).run(ctx, 0) }()
		time.Sleep(time.Second)
		cancel()
		<-ended
		p := read(out.take())
		assert.Equal(t, 1, p.resets)
		assert.Equal(t, w.files(), p.tree)
	})
}

func TestFailedWriteEndsStream(t *testing.T) {
	w := newWriter(t, store.Config{})
	w.set("/a", "1")
	gone := errors.New("gone")
	out := &wire{each: func() error { return gone }}
	assert.Equal(t, gone, newStream(t, w.Store, out).run(t.Context(), 0))
	assert.Equal(t, gone, newStream(t, w.Store, out).run(t.Context(), 1))
}
