package web

import (
	"io"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/bmizerany/assert"
	"github.com/ha/doozer/store"
)

func TestHostAllowed(t *testing.T) {
	hosts := allowedHosts([]string{"Doozer.example."})
	for _, h := range []string{
		"localhost", "localhost:8080", "LOCALHOST:1", "127.0.0.1:8080", "10.1.2.3", "[::1]:8080", "[::1]",
		"doozer.example:80", "DOOZER.example.",
	} {
		assert.T(t, hostAllowed(hosts, h), h)
	}
	for _, h := range []string{
		"", "evil.example", "evil.example:8080", "localhost.evil.example", "127.0.0.1.evil.example",
		"x.doozer.example", "1.2.3", "[::1].evil.example:80", ":80",
	} {
		assert.T(t, !hostAllowed(hosts, h), h)
	}
	if name, err := os.Hostname(); err == nil {
		assert.T(t, hostAllowed(hosts, name+":8080"))
	}
}

func TestCrossOrigin(t *testing.T) {
	for _, c := range []struct {
		site, origin string
		exp          bool
	}{
		{"", "", false},
		{"same-origin", "", false},
		{"none", "", false},
		{"cross-site", "", true},
		{"same-site", "", true},
		{"", "http://10.0.0.1:8080", false},
		{"", "http://10.0.0.1:3000", true},
		{"", "http://evil.example", true},
		{"", "null", true},
	} {
		r := &http.Request{Host: "10.0.0.1:8080", Header: http.Header{}}
		if c.site != "" {
			r.Header.Set("Sec-Fetch-Site", c.site)
		}
		if c.origin != "" {
			r.Header.Set("Origin", c.origin)
		}
		assert.Equal(t, c.exp, crossOrigin(r), c.site, c.origin)
	}
}

func TestAnswers(t *testing.T) {
	w := newWriter(t, store.Config{})
	w.set("/m/x", "<script>")
	_, url := start(t, Config{Store: w.Store})
	for _, c := range []struct {
		method, path string
		status       int
		kind, has    string
	}{
		{"GET", "/", 200, "text/html; charset=utf-8", "<!doctype html>"},
		{"HEAD", "/", 200, "text/html; charset=utf-8", ""},
		{"GET", "/static/main.js", 200, "text/javascript; charset=utf-8", "import"},
		{"GET", "/static/style.css", 200, "text/css; charset=utf-8", ":root"},
		{"GET", "/static/icon.svg", 200, "image/svg+xml", "<svg"},
		{"HEAD", "/events", 200, "text/event-stream", ""},
		{"GET", "/value?path=/m/x", 200, "application/octet-stream", "<script>"},
		{"GET", "/value?path=/m", 404, "text/plain; charset=utf-8", "no such file"},
		{"GET", "/value?path=/none", 404, "text/plain; charset=utf-8", "no such file"},
		{"GET", "/value?path=m", 400, "text/plain; charset=utf-8", ""},
		{"GET", "/value", 400, "text/plain; charset=utf-8", ""},
		{"GET", "/index.html", 404, "text/plain; charset=utf-8", ""},
		{"GET", "/static/", 404, "text/plain; charset=utf-8", ""},
		{"GET", "/static/none.js", 404, "text/plain; charset=utf-8", ""},
		{"GET", "/favicon.ico", 404, "text/plain; charset=utf-8", ""},
		{"POST", "/none", 404, "text/plain; charset=utf-8", ""},
		{"POST", "/", 405, "text/plain; charset=utf-8", ""},
		{"PUT", "/value?path=/m/x", 405, "text/plain; charset=utf-8", ""},
		{"DELETE", "/events", 405, "text/plain; charset=utf-8", ""},
		{"OPTIONS", "/events", 405, "text/plain; charset=utf-8", ""},
	} {
		req, err := http.NewRequest(c.method, url+c.path, nil)
		assert.Equal(t, nil, err)
		resp, err := http.DefaultClient.Do(req)
		assert.Equal(t, nil, err)
		text, err := io.ReadAll(resp.Body)
		assert.Equal(t, nil, err)
		resp.Body.Close()
		name := c.method + " " + c.path
		assert.Equal(t, c.status, resp.StatusCode, name)
		assert.Equal(t, c.kind, resp.Header.Get("Content-Type"), name)
		assert.T(t, strings.Contains(string(text), c.has), name)
		if c.status == 405 {
			assert.Equal(t, "GET, HEAD", resp.Header.Get("Allow"), name)
		}
		assertGuarded(t, resp.Header)
	}
}

func assertGuarded(t *testing.T, h http.Header) {
	t.Helper()
	csp := h.Get("Content-Security-Policy")
	assert.T(t, strings.HasPrefix(csp, "default-src 'none';"), csp)
	assert.T(t, !strings.Contains(csp, "unsafe"), csp)
	assert.Equal(t, "nosniff", h.Get("X-Content-Type-Options"))
	assert.Equal(t, "no-referrer", h.Get("Referrer-Policy"))
	for name := range h {
		assert.T(t, !strings.HasPrefix(name, "Access-Control-"), name)
	}
}

func TestForeignersAreRefused(t *testing.T) {
	w := newWriter(t, store.Config{})
	w.set("/secret", "s")
	_, url := start(t, Config{Store: w.Store})
	for _, c := range []struct{ path, header, value string }{
		{"/", "Host", "evil.example"},
		{"/static/main.js", "Host", "evil.example"},
		{"/events", "Host", "evil.example"},
		{"/value?path=/secret", "Host", "evil.example"},
		{"/events", "Origin", "http://evil.example"},
		{"/events", "Sec-Fetch-Site", "cross-site"},
		{"/value?path=/secret", "Sec-Fetch-Site", "same-site"},
	} {
		resp := get(t, url+c.path, c.header, c.value)
		assert.Equal(t, http.StatusForbidden, resp.StatusCode, c.path, c.header)
		assertGuarded(t, resp.Header)
	}
}

func TestPageIsAskedForAgainOnlyWhenItChanged(t *testing.T) {
	w := newWriter(t, store.Config{})
	_, url := start(t, Config{Store: w.Store})
	first := get(t, url+"/")
	assert.Equal(t, "no-cache", first.Header.Get("Cache-Control"))
	again := get(t, url+"/", "If-None-Match", first.Header.Get("ETag"))
	assert.Equal(t, http.StatusNotModified, again.StatusCode)
}

// What the policy forbids is not in the page to begin with.
func TestPageNamesNoOtherOriginAndHasNothingInline(t *testing.T) {
	files, err := loadAssets()
	assert.Equal(t, nil, err)
	for name, a := range files {
		text := strings.ReplaceAll(string(a.body), "http://www.w3.org/2000/svg", "")
		for _, bad := range []string{"http:", "https:", "//cdn", " style=", " onclick=", " onload=", "<style", "innerHTML", "@import", "eval("} {
			assert.T(t, !strings.Contains(text, bad), name, bad)
		}
	}
	page := string(files["index.html"].body)
	assert.Equal(t, 1, strings.Count(page, "<script"))
	assert.T(t, strings.Contains(page, `<script type="module" src="/static/main.js"></script>`))
}

func TestConfigIsChecked(t *testing.T) {
	_, err := New(Config{})
	assert.T(t, err != nil)
	w := newWriter(t, store.Config{})
	_, err = New(Config{Store: w.Store, MaxStreams: -1})
	assert.T(t, err != nil)
}
