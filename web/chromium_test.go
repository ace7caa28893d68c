package web

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// tab is a page in a real browser.
type tab struct {
	t   *testing.T
	ctx context.Context

	mu       sync.Mutex
	requests []string
	problems []string // what the console says
}

// findChromium gives the browser's path. Without one the test is skipped, except in
// CI, where it fails.
func findChromium(t *testing.T) string {
	t.Helper()
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	const missing = "chromium is not installed (Debian: apt-get install chromium), so the page was not tried in a browser"
	if os.Getenv("CI") == "true" {
		t.Fatal(missing)
	}
	t.Skip(missing)
	return ""
}

// browse opens url in a new browser with a fresh profile.
func browse(t *testing.T, url string) *tab {
	t.Helper()
	opts := []chromedp.ExecAllocatorOption{
		chromedp.ExecPath(findChromium(t)),
		chromedp.UserDataDir(t.TempDir()),
		chromedp.Headless, chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.NoFirstRun, chromedp.NoDefaultBrowserCheck,
		chromedp.Flag("disable-quic", true),
		chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-sync", true),
		chromedp.Flag("disable-dev-shm-usage", true),
	}
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewExecAllocator(ctx, opts...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	t.Cleanup(func() { chromedp.Cancel(ctx) }) // waits for the browser to end
	b := &tab{t: t, ctx: ctx}
	if err := chromedp.Listen(ctx, b.note); err != nil {
		t.Fatal(err)
	}
	if _, err := chromedp.Call(ctx, network.Enable, network.EnableParams{}); err != nil {
		t.Fatal(err)
	}
	if _, err := chromedp.Call(ctx, log.Enable, cdp.Empty{}); err != nil {
		t.Fatal(err)
	}
	b.do(chromedp.Navigate(url))
	return b
}

func (b *tab) note(ev any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch ev := ev.(type) {
	case *network.EventRequestWillBeSent:
		b.requests = append(b.requests, ev.Request.URL)
	case *runtime.EventExceptionThrown:
		b.problems = append(b.problems, (&chromedp.ExceptionError{ExceptionDetails: ev.ExceptionDetails}).Error())
	case *runtime.EventConsoleAPICalled:
		b.problems = append(b.problems, fmt.Sprint(ev.Type, ev.Args))
	case *log.EventEntryAdded:
		b.problems = append(b.problems, fmt.Sprint(ev.Entry.Source, ": ", ev.Entry.Text, " ", ev.Entry.URL))
	}
}

func (b *tab) do(actions ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	if err := chromedp.Do(b.ctx, actions...); err != nil {
		b.t.Fatal(err)
	}
}

// eval gives the value of a JavaScript expression, awaited, as JSON makes it.
func (b *tab) eval(expr string) any {
	b.t.Helper()
	raw, err := chromedp.Run(b.ctx, chromedp.Evaluate[[]byte](expr, chromedp.EvalAwaitPromise))
	if err != nil {
		b.t.Fatal(expr, err)
	}
	if len(raw) == 0 {
		return nil
	}
	var v any
	if err := json.Unmarshal(raw, &v); err != nil {
		b.t.Fatal(err)
	}
	return v
}

// until waits for an expression to have a value.
func (b *tab) until(expr string, want any) {
	b.t.Helper()
	deadline := time.Now().Add(patience)
	for {
		got := b.eval(expr)
		if reflect.DeepEqual(got, want) {
			return
		}
		if time.Now().After(deadline) {
			b.t.Fatalf("%s\nis:     %v\nwanted: %v\nconsole: %v", expr, got, want, b.problems)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// shown lists the lines of the tree as [path, revision and value], from top to bottom.
const shown = `(() => {
  const lines = [];
  const visit = (list, dir) => {
    for (const li of list.children) {
      const path = dir + li.querySelector(".name").textContent;
      if (li.classList.contains("dir")) visit(li.querySelector(":scope > ul"), path);
      else lines.push([path, li.querySelector(".rev").textContent + " " + li.querySelector(".value").textContent]);
    }
  };
  const root = document.querySelector("main > ul");
  if (root) visit(root, "/");
  return lines;
})()`

// untilShown waits for the lines of the tree, given as path, text, path, text...
func (b *tab) untilShown(want ...string) {
	b.t.Helper()
	lines := []any{}
	for i := 0; i < len(want); i += 2 {
		lines = append(lines, []any{want[i], want[i+1]})
	}
	b.until(shown, lines)
}

// assertClean fails if the console said anything but what is allowed, or if
// anything was asked of another origin than url.
func (b *tab) assertClean(url string, allowed ...string) {
	b.t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.requests) == 0 {
		b.t.Error("no requests were seen")
	}
	for _, r := range b.requests {
		if !strings.HasPrefix(r, url+"/") {
			b.t.Error("a request to another origin:", r)
		}
	}
next:
	for _, p := range b.problems {
		for _, a := range allowed {
			if strings.Contains(p, a) {
				continue next
			}
		}
		b.t.Error("console:", p)
	}
}
