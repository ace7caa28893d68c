package web

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/bmizerany/assert"
	"github.com/ha/doozer/store"
)

func TestStreamShowsTreeAndChanges(t *testing.T) {
	w := newWriter(t, store.Config{})
	w.set("/a/b", "1")
	w.set("/c", "2")
	_, url := start(t, Config{Store: w.Store})
	p := open(t, url, "")
	p.until(t, map[string]string{"/a/b": "1 1", "/c": "2 2"})
	w.set("/c", "3")
	p.until(t, map[string]string{"/a/b": "1 1", "/c": "3 3"})
	w.del("/a/b")
	p.until(t, map[string]string{"/c": "3 3"})
	w.set("/a", "a file now")
	p.until(t, map[string]string{"/a": "5 a file now", "/c": "3 3"})
	assert.Equal(t, "5", p.rev)
	assert.Equal(t, 1, p.resets)
}

func TestHelloNamesNode(t *testing.T) {
	w := newWriter(t, store.Config{})
	_, url := start(t, Config{Store: w.Store, Name: `l"o`, ID: "node1"})
	resp := get(t, url+"/events")
	line := make([]byte, 256)
	n, err := resp.Body.Read(line)
	assert.Equal(t, nil, err)
	assert.T(t, strings.Contains(string(line[:n]), `data: {"id":"node1","name":"l\"o"}`), string(line[:n]))
	assert.Equal(t, "text/event-stream", resp.Header.Get("Content-Type"))
	assert.Equal(t, "no-store", resp.Header.Get("Cache-Control"))
}

func TestEmptyStoreCommits(t *testing.T) {
	w := newWriter(t, store.Config{})
	_, url := start(t, Config{Store: w.Store})
	p := open(t, url, "")
	assert.Equal(t, nil, p.commit())
	assert.Equal(t, "0", p.rev)
	w.set("/x", "first")
	p.until(t, map[string]string{"/x": "1 first"})
}

func TestLargeTreeComesInChunks(t *testing.T) {
	w := newWriter(t, store.Config{})
	for i := range 3000 {
		w.set(fmt.Sprintf("/dir/%d", i), strings.Repeat("v", 100))
	}
	_, url := start(t, Config{Store: w.Store})
	p := open(t, url, "")
	assert.Equal(t, nil, p.commit())
	assert.Equal(t, w.files(), p.tree)
}

func TestStreamResumes(t *testing.T) {
	w := newWriter(t, store.Config{})
	w.set("/a", "1")
	w.set("/b", "1")
	s, url := start(t, Config{Store: w.Store})
	first := open(t, url, "")
	first.until(t, w.files())
	w.set("/a", "2")
	w.del("/b")

	marked := fmt.Sprintf("2@%s", s.epoch)
	assert.Equal(t, marked, first.last)
	for _, how := range []struct{ query, header string }{
		{"", marked}, {"?last=" + marked, ""}, {"", "2"}, {"?last=1", marked},
	} {
		p := open(t, url, how.query, "Last-Event-ID", how.header)
		p.tree = map[string]string{"/a": "1 1", "/b": "2 1"}
		p.until(t, map[string]string{"/a": "3 2"})
		assert.Equal(t, 0, p.resets)
		assert.Equal(t, "4", p.rev)
	}
}

func TestStreamBeginsAnew(t *testing.T) {
	w := newWriter(t, store.Config{History: 10})
	for i := range 100 {
		w.set("/n", fmt.Sprint(i))
	}
	s, url := start(t, Config{Store: w.Store})
	for name, id := range map[string]string{
		"too late":         "3@" + s.epoch,
		"another server":   "99@elsewhere",
		"future":           "101@" + s.epoch,
		"zero":             "0@" + s.epoch,
		"negative":         "-5",
		"not a number":     "x",
		"too large":        "99999999999999999999",
		"nothing after it": "100@",
	} {
		p := open(t, url, "", "Last-Event-ID", id)
		p.tree["/gone"] = "1 stale"
		assert.Equal(t, nil, p.commit())
		assert.Equal(t, map[string]string{"/n": "100 99"}, p.tree, name)
		assert.Equal(t, 1, p.resets, name)
	}
}

// A browser that loses its connection over and over misses nothing.
func TestResumingLeavesNoGap(t *testing.T) {
	w := newWriter(t, store.Config{})
	w.set("/first", "1")
	_, url := start(t, Config{Store: w.Store})
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		for i := 0; ; i++ {
			if path := fmt.Sprintf("/%d", i%17); i%5 == 0 {
				w.del(path)
			} else {
				w.set(path, fmt.Sprint(i))
			}
			select {
			case <-stop:
				return
			case <-time.After(200 * time.Microsecond):
			}
		}
	}()
	p := open(t, url, "")
	for range 200 {
		assert.Equal(t, nil, p.commit())
		p.close()
		again := open(t, url, "?last="+p.last)
		again.tree, again.resets = p.tree, p.resets
		p = again
	}
	assert.Equal(t, 1, p.resets) // the first
	close(stop)
	<-stopped
	p.until(t, w.files())
}

func TestStreamsAreBounded(t *testing.T) {
	w := newWriter(t, store.Config{})
	_, url := start(t, Config{Store: w.Store, MaxStreams: 2})
	open(t, url, "")
	resp := get(t, url+"/events")
	refused := get(t, url+"/events")
	assert.Equal(t, http.StatusServiceUnavailable, refused.StatusCode)
	assert.Equal(t, "5", refused.Header.Get("Retry-After"))
	assert.T(t, strings.HasPrefix(body(t, refused), "too many streams"))

	resp.Body.Close() // its place is free as soon as the server sees it
	deadline := time.Now().Add(patience)
	for get(t, url+"/events").StatusCode != http.StatusOK {
		if time.Now().After(deadline) {
			t.Fatal("the place of a stream that ended is not free again")
		}
		time.Sleep(5 * time.Millisecond)
	}
}

func TestShutdownEndsStreams(t *testing.T) {
	w := newWriter(t, store.Config{})
	s, url := start(t, Config{Store: w.Store})
	var pages []*page
	for range 5 {
		pages = append(pages, open(t, url, ""))
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	assert.Equal(t, nil, s.Shutdown(ctx))
	for _, p := range pages {
		err := p.commit()
		for ; err == nil; err = p.commit() {
		}
		assert.Equal(t, "EOF", err.Error())
	}
	assert.Equal(t, 0, len(s.slots))
}
