package web

import (
	"encoding/base64"
	"net/http"
	"strings"
	"testing"

	"github.com/bmizerany/assert"
	"github.com/chromedp/chromedp"

	"github.com/ha/doozer/proto/access"
	"github.com/ha/doozer/store"
)

func basic(user, password string) string {
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(user+":"+password))
}

func guardedPage(t *testing.T, rw, ro string) string {
	t.Helper()
	w := newWriter(t, store.Config{})
	w.set("/hidden", "treasure")
	secrets, err := access.New(rw, ro)
	assert.Equal(t, nil, err)
	_, url := start(t, Config{Store: w.Store, Name: "cluster", ID: "THENODE", Secrets: secrets})
	return url
}

// Without a secret there is nothing to be seen, under any address.
func TestPageAsksForSecret(t *testing.T) {
	url := guardedPage(t, "rw", "ro")
	for _, path := range []string{"/", "/events", "/events?last=1", "/value?path=/hidden", "/value?path=/none", "/static/main.js",
		"/static/style.css", "/none", "/metrics"} {
		for _, header := range []string{"", basic("", ""), basic("rw", "ro "), basic("ro", ""), basic("rw", "RW"), basic("rw:ro", "x"),
			"Bearer rw", "Basic rw", "Basic"} {
			resp := get(t, url+path, "Authorization", header)
			assert.Equal(t, http.StatusUnauthorized, resp.StatusCode, path, header)
			assert.Equal(t, `Basic realm="doozer", charset="UTF-8"`, resp.Header.Get("WWW-Authenticate"))
			assert.Equal(t, "no-store", resp.Header.Get("Cache-Control"))
			assertGuarded(t, resp.Header)
			text := body(t, resp)
			for _, hidden := range []string{"treasure", "hidden", "THENODE", "cluster\""} {
				assert.T(t, !strings.Contains(text, hidden), text)
			}
		}
	}
}

// Either secret opens it, under any name; and what guards the page besides still does.
func TestPageWithSecret(t *testing.T) {
	url := guardedPage(t, "rw", "ro")
	for _, header := range []string{basic("", "rw"), basic("me", "ro"), basic("someone else", "rw")} {
		assert.Equal(t, "treasure", body(t, get(t, url+"/value?path=/hidden", "Authorization", header)))
		assert.Equal(t, http.StatusOK, get(t, url+"/", "Authorization", header).StatusCode)
		p := open(t, url, "", "Authorization", header)
		p.until(t, map[string]string{"/hidden": "1 treasure"})
		assert.Equal(t, nil, p.close())
	}
	for _, h := range [][2]string{{"Host", "evil.example"}, {"Origin", "http://evil.example"}} {
		resp := get(t, url+"/events", "Authorization", basic("", "rw"), h[0], h[1])
		assert.Equal(t, http.StatusForbidden, resp.StatusCode, h)
	}
}

// Where everybody may read the page is open, whatever password comes.
func TestPageIsOpenWhereReadsAre(t *testing.T) {
	for _, url := range []string{guardedPage(t, "rw", ""), guardedPage(t, "", "")} {
		assert.Equal(t, "treasure", body(t, get(t, url+"/value?path=/hidden")))
		assert.Equal(t, "treasure", body(t, get(t, url+"/value?path=/hidden", "Authorization", basic("x", "wrong"))))
	}
}

// A browser that was given the secret once gives it with all that the page asks for.
func TestBrowserWithSecret(t *testing.T) {
	w := newWriter(t, store.Config{})
	long := strings.Repeat("0123456789", 50)
	w.set("/long", long)
	secrets, err := access.New("rw", "ro")
	assert.Equal(t, nil, err)
	_, url := start(t, Config{Store: w.Store, Secrets: secrets})
	b := browse(t, strings.Replace(url, "http://", "http://me:ro@", 1)) // as if typed when it asked
	b.do(chromedp.Navigate(url))
	b.untilShown("/long", "[1] "+long[:200])
	b.do(chromedp.Click(chromedp.CSS(".more")))
	b.until(`document.querySelector(".whole").textContent`, long)
	w.set("/new", "one")
	b.untilShown("/long", "[1] "+long[:200], "/new", "[2] one")
}
