package server

import (
	"strings"
	"testing"
)

// What a connection keeps of its batches, to use them again, is bounded: by their number, and
// by what one holds.
func TestKeptBatches(t *testing.T) {
	h := start(t, nil)
	c := dial(t, h)
	release := h.hold()
	long := "/" + strings.Repeat("a", 4000)
	for range 3 * keepBatches {
		c.send(a(get).path(long), a(self).tag(1)) // the answer to SELF ends the batch
		c.expect(`tag 1 flags 3 value "0123456789abcdef"`)
	}
	for range 2 * keepPaths / len(long) {
		c.send(a(get).path(long))
	}
	release()
	for range 3*keepBatches + 2*keepPaths/len(long) {
		c.expect("flags 3 rev 0")
	}
	h.srv.mu.Lock()
	defer h.srv.mu.Unlock()
	for conn := range h.srv.conns {
		conn.mu.Lock()
		defer conn.mu.Unlock()
		if n := len(conn.batches); n == 0 || n > keepBatches {
			t.Errorf("%d batches are kept", n)
		}
		for _, b := range conn.batches {
			if cap(b.reads) > keepReads || cap(b.paths) > keepPaths {
				t.Errorf("one that is kept has room for %d reads, %d bytes of paths", cap(b.reads), cap(b.paths))
			}
		}
	}
}
