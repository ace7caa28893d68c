package web

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/bmizerany/assert"
	"github.com/chromedp/chromedp"
	"github.com/ha/doozer/store"
)

const (
	state = `document.getElementById("state").textContent`
	hint  = `!document.getElementById("empty").hidden`

	// Keeps a list of the lines that were animated: class and name.
	recordFlashes = `window.flashed = [];
	  document.addEventListener("animationstart", (e) =>
	    flashed.push(e.target.classList[1] + " " + e.target.querySelector(".name").textContent));`
)

func TestBrowserFollowsTree(t *testing.T) {
	w := newWriter(t, store.Config{})
	w.set("/ctl/name", "local")
	_, url := start(t, Config{Store: w.Store, Name: "local", ID: "n1"})
	b := browse(t, url)
	b.until(state, "connected")
	b.untilShown("/ctl/name", "[1] local")
	b.until(hint, true)
	b.until("document.title", "local · Doozer")
	b.eval(recordFlashes)

	w.set("/message", "hello, world")
	b.untilShown("/ctl/name", "[1] local", "/message", "[2] hello, world")
	b.until(hint, false)
	b.until("flashed", []any{"flash message"})
	b.until(`document.querySelectorAll(".flash").length`, 0.0) // it fades

	// In byte order, by name: a directory's slash does not count.
	for _, path := range []string{"/a/x", "/a-b", "/a/b/c", "/Z", "/a0"} {
		w.set(path, "v")
	}
	b.untilShown("/Z", "[6] v", "/a/b/c", "[5] v", "/a/x", "[3] v", "/a-b", "[4] v", "/a0", "[7] v",
		"/ctl/name", "[1] local", "/message", "[2] hello, world")

	// With its last entry a directory goes, and what is above it.
	w.del("/a/x")
	w.del("/a/b/c")
	w.del("/Z")
	w.del("/a0")
	b.untilShown("/a-b", "[4] v", "/ctl/name", "[1] local", "/message", "[2] hello, world")
	b.until(`[...document.querySelectorAll(".dir > .name")].map((el) => el.textContent)`, []any{"ctl/"})
	w.del("/a-b")
	w.set("/a-b/c", "now a directory")
	b.untilShown("/a-b/c", "[13] now a directory", "/ctl/name", "[1] local", "/message", "[2] hello, world")
	b.assertClean(url)
}

func TestBrowserShowsValuesAsText(t *testing.T) {
	const markup = `<img src=x onerror="document.title='bad'"><script>document.title='bad'</script>&amp;`
	w := newWriter(t, store.Config{})
	w.set("/markup", markup)
	w.set("/lines", "one\ntwo\n")
	w.set("/hidden", "a\u202eb")
	w.set("/binary", "\x00\xff<b>")
	w.set("/empty", "")
	long := strings.Repeat("0123456789", 50) + markup
	w.set("/long", long)
	_, url := start(t, Config{Store: w.Store, Name: markup, ID: markup})
	b := browse(t, url)
	b.untilShown("/binary", "[4] 00 ff 3c 62 3e", "/empty", "[5] ", "/hidden", `[3] a\u202eb`, "/lines", "[2] one↵two↵",
		"/long", "[6] "+long[:200], "/markup", "[1] "+markup)
	b.until(`document.querySelectorAll("main img, main script, .bar img").length`, 0.0)
	b.until(`document.getElementById("cluster").textContent`, markup)

	// The whole value on demand, and it follows changes.
	buttons := `[...document.querySelectorAll(".more")].map((el) => el.closest(".file").querySelector(".name").textContent)`
	b.until(buttons, []any{"lines", "long"})
	whole := `[...document.querySelectorAll(".whole")].map((el) => el.textContent)`
	for _, button := range []string{".file:nth-child(4) .more", ".file:nth-child(5) .more"} {
		b.do(chromedp.Click(chromedp.CSS(button)))
	}
	b.until(whole, []any{"one\ntwo\n", long})
	w.set("/long", "other "+long)
	b.until(whole, []any{"one\ntwo\n", "other " + long})
	w.set("/long", strings.Repeat("\x01A", 200))
	b.until(whole+".map((s) => s.split(`\n`)[0])", []any{"one", "000000  " + strings.Repeat("01 41 ", 8) + " " + strings.Repeat("·A", 8)})
	b.do(chromedp.Click(chromedp.CSS(".file:nth-child(4) .more")))
	w.set("/long", "short")
	b.until(whole, []any{})
	b.until("document.title.slice(0, 4)", "<img")
	b.assertClean(url)
}

func TestBrowserComesBack(t *testing.T) {
	w := newWriter(t, store.Config{})
	w.set("/a", "1")
	w.set("/b", "1")
	l, err := net.Listen("tcp", "127.0.0.1:0")
	assert.Equal(t, nil, err)
	url := "http://" + l.Addr().String()
	stop := serve(t, w.Store, l)
	b := browse(t, url)
	b.untilShown("/a", "[1] 1", "/b", "[2] 1")
	b.assertClean(url)
	b.eval(`document.querySelector(".file").dataset.kept = "yes"`)
	b.eval(recordFlashes)

	stop()
	b.until(state, "reconnecting")
	w.set("/c", "written meanwhile")
	w.del("/b")
	l, err = net.Listen("tcp", l.Addr().String())
	assert.Equal(t, nil, err)
	stop = serve(t, w.Store, l)
	b.until(state, "connected")
	b.untilShown("/a", "[1] 1", "/c", "[3] written meanwhile")
	b.until(`document.querySelector(".file").dataset.kept`, "yes") // what did not change stays as it is
	b.until("flashed", []any{"flash c"})

	// A server with another history: nothing of the old one remains.
	stop()
	b.until(state, "reconnecting")
	other := newWriter(t, store.Config{})
	other.set("/a", "another")
	l, err = net.Listen("tcp", l.Addr().String())
	assert.Equal(t, nil, err)
	stop = serve(t, other.Store, l)
	b.untilShown("/a", "[1] another")
	b.until(state, "connected")
	stop()
	b.assertClean(url, "net::ERR_CONNECTION_REFUSED", "net::ERR_INCOMPLETE_CHUNKED_ENCODING", "net::ERR_CONNECTION_RESET", "net::ERR_EMPTY_RESPONSE")
}

// serve serves s on l until stop is called.
func serve(t *testing.T, s *store.Store, l net.Listener) (stop func()) {
	t.Helper()
	server, err := New(Config{Store: s})
	assert.Equal(t, nil, err)
	served := make(chan error, 1)
	go func() { served <- server.Serve(l) }()
	return func() {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		assert.Equal(t, nil, server.Shutdown(ctx))
		assert.Equal(t, http.ErrServerClosed, <-served)
	}
}

// A refused stream is asked for again, although browsers give up on such an answer.
func TestBrowserAsksAgainAfterRefusal(t *testing.T) {
	w := newWriter(t, store.Config{})
	w.set("/a", "1")
	s, url := start(t, Config{Store: w.Store, MaxStreams: 1})
	s.slots <- struct{}{}
	b := browse(t, url)
	b.until(state, "reconnecting")
	<-s.slots
	b.until(state, "connected")
	b.untilShown("/a", "[1] 1")
	b.assertClean(url, "503 (Service Unavailable)")
}

// With many files an update touches one line, and a storm ends in the right tree.
func TestBrowserShowsTenThousandFiles(t *testing.T) {
	w := newWriter(t, store.Config{})
	for i := range 10000 {
		w.set(fmt.Sprintf("/dir%d/file%d", i%10, i), fmt.Sprint("value ", i))
	}
	_, url := start(t, Config{Store: w.Store})
	b := browse(t, url)
	b.until(`document.getElementById("count").textContent`, "10,000 files")
	b.until(`document.querySelectorAll(".file").length`, 10000.0)
	b.until(`document.querySelectorAll(".flash").length`, 0.0)
	t.Logf("from navigation to the whole tree: %.0f ms", b.eval(`performance.now()`))

	b.eval(`window.touched = new Set();
	  new MutationObserver((records) => {
	    for (const r of records) touched.add(r.target.closest?.(".file")?.querySelector(".name").textContent ?? r.target.nodeName);
	  }).observe(document.querySelector("main > ul"), { subtree: true, childList: true, attributes: true });`)
	w.set("/dir3/file3", "changed")
	b.until(`[...touched]`, []any{"file3"})

	for i := range 10000 {
		w.set(fmt.Sprintf("/dir%d/file%d", i%10, i), "storm")
	}
	b.until(`[...document.querySelectorAll(".value")].every((el) => el.textContent === "storm")`, true)
	b.until(`document.getElementById("rev").textContent`, "rev 20001")
	b.assertClean(url)
}

// A page that is hidden for long gives its connection back, and catches up when it is seen again.
func TestBrowserPausesWhileHidden(t *testing.T) {
	w := newWriter(t, store.Config{})
	w.set("/a", "1")
	s, url := start(t, Config{Store: w.Store, MaxStreams: 1})
	b := browse(t, url)
	b.untilShown("/a", "[1] 1")
	b.eval(`{
	  let hidden = true;
	  Object.defineProperty(document, "hidden", { get: () => hidden });
	  window.hide = (yes) => { hidden = yes; document.dispatchEvent(new Event("visibilitychange")); };
	  const real = window.setTimeout;
	  window.setTimeout = (act) => real(act, 10); // no need to wait that long here
	  hide(true);
	  window.setTimeout = real;
	}`)
	b.until(state, "paused")
	s.slots <- struct{}{} // its place is free
	<-s.slots
	w.set("/b", "2")
	b.eval("hide(false)")
	b.until(state, "connected")
	b.untilShown("/a", "[1] 1", "/b", "[2] 2")
	b.assertClean(url)
}
