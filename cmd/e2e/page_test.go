package e2e

import (
	"bufio"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/bmizerany/assert"

	"github.com/ha/doozer/client"
)

// request asks a page for something.
func request(t *testing.T, url string) *http.Response {
	t.Helper()
	req, err := http.NewRequestWithContext(timed(t), "GET", url, nil)
	assert.Equal(t, nil, err)
	resp, err := http.DefaultClient.Do(req)
	assert.Equal(t, nil, err)
	t.Cleanup(func() { resp.Body.Close() })
	assert.Equal(t, http.StatusOK, resp.StatusCode)
	return resp
}

// untilLine reads lines until one has all of words.
func untilLine(t *testing.T, r *bufio.Reader, words ...string) {
	t.Helper()
next:
	for {
		line, err := r.ReadString('\n')
		if err != nil {
			t.Fatalf("no line with %q came: %v", words, err)
		}
		for _, w := range words {
			if !strings.Contains(line, w) {
				continue next
			}
		}
		return
	}
}

// The page at -w is served, and its stream brings the tree and then what
// changes; at a node that attached as well.
func TestPage(t *testing.T) {
	t.Parallel()
	a := startNode(t, "A", "-w", "127.0.0.1:0")
	rev := set(t, a.c, "/message", client.Missing, "hello, world")
	b := startNode(t, "B", "-w", "127.0.0.1:0", "-a", a.addr)
	for _, n := range []*node{a, b} {
		body, err := io.ReadAll(request(t, n.web).Body)
		assert.Equal(t, nil, err)
		assert.T(t, strings.Contains(strings.ToLower(string(body)), "<!doctype html>"), string(body))
		stream := bufio.NewReader(request(t, n.web+"events").Body)
		untilLine(t, stream, n.id)
		untilLine(t, stream, `"/message"`, "hello, world", fmt.Sprint(rev))
		rev = set(t, a.c, "/message", client.Clobber, "hello, world, now")
		untilLine(t, stream, `"/message"`, "hello, world, now", fmt.Sprint(rev))
		rev = set(t, a.c, "/message", client.Clobber, "hello, world")
	}
}
