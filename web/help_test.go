package web

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ha/doozer/store"
)

const patience = 30 * time.Second

// writer changes a store, one revision a change.
type writer struct {
	t *testing.T
	*store.Store

	mu   sync.Mutex
	seqn int64
}

func newWriter(t *testing.T, cfg store.Config) *writer {
	t.Helper()
	s, err := store.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return &writer{t: t, Store: s}
}

func (w *writer) set(path, value string) int64 {
	w.t.Helper()
	m, err := store.EncodeSet(path, []byte(value), store.Clobber)
	return w.apply(m, err)
}

func (w *writer) del(path string) int64 {
	w.t.Helper()
	m, err := store.EncodeDel(path, store.Clobber)
	return w.apply(m, err)
}

func (w *writer) apply(mutation []byte, err error) int64 {
	w.t.Helper()
	if err != nil {
		w.t.Error(err) // not Fatal: any goroutine may write
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.seqn++
	for _, err := range w.Apply([]store.Entry{{Seqn: w.seqn, Mutation: mutation}}, w.seqn, nil) {
		if err != nil {
			w.t.Error(err)
		}
	}
	return w.seqn
}

// files is the tree as a page would show it.
func (w *writer) files() map[string]string {
	tree := map[string]string{}
	all, err := store.CompileGlob("/**")
	if err != nil {
		w.t.Fatal(err)
	}
	w.View().Walk(all, func(path string, value []byte, rev int64) bool {
		tree[path] = fmt.Sprintf("%d %s", rev, value)
		return true
	})
	return tree
}

// start serves cfg until the test ends.
func start(t *testing.T, cfg Config) (*Server, string) {
	t.Helper()
	s, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	ts := httptest.NewUnstartedServer(nil)
	served := make(chan error, 1)
	go func() { served <- s.Serve(ts.Listener) }()
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		if err := s.Shutdown(ctx); err != nil {
			t.Error("shutdown:", err)
		}
		if err := <-served; err != http.ErrServerClosed {
			t.Error("serve:", err)
		}
	})
	return s, "http://" + ts.Listener.Addr().String()
}

// event is one server-sent event.
type event struct{ kind, id, data string }

// reader reads events.
type reader struct {
	in   *bufio.Reader
	last string
}

func (r *reader) next() (event, error) {
	var ev event
	for {
		line, err := r.in.ReadString('\n')
		if err != nil {
			return event{}, err
		}
		field, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), ": ")
		switch field {
		case "event":
			ev.kind = value
		case "id":
			ev.id = value
		case "data":
			ev.data += value
		case "":
			return ev, nil
		}
	}
}

// page is what a browser keeps of a stream.
type page struct {
	reader
	close  func() error
	tree   map[string]string
	rev    string
	resets int
}

// commit reads up to the next rev event, and applies what came before it.
func (p *page) commit() error {
	var files []file
	whole := false
	for {
		ev, err := p.next()
		if err != nil {
			return err
		}
		switch ev.kind {
		case "reset":
			files, whole = nil, true
			p.resets++
		case "files":
			var some []file
			if err := json.Unmarshal([]byte(ev.data), &some); err != nil {
				return err
			}
			files = append(files, some...)
		case "rev":
			if whole {
				clear(p.tree)
			}
			p.apply(files)
			p.rev, p.last = ev.data, ev.id
			return nil
		}
	}
}

func (p *page) apply(files []file) {
	for _, f := range files {
		if f.Del {
			delete(p.tree, f.Path)
		} else {
			p.tree[f.Path] = fmt.Sprintf("%d %s", f.Rev, *f.Text)
		}
	}
}

// until reads until the page shows want.
func (p *page) until(t *testing.T, want map[string]string) {
	t.Helper()
	for !maps.Equal(p.tree, want) {
		if err := p.commit(); err != nil {
			t.Fatalf("%v; shown: %v; want: %v", err, p.tree, want)
		}
	}
}

// get asks for a stream with a deadline, until the test ends.
func get(t *testing.T, url string, header ...string) *http.Response {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	t.Cleanup(cancel)
	req, err := http.NewRequestWithContext(ctx, "GET", url, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
		if header[i] == "Host" {
			req.Host = header[i+1]
		}
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { resp.Body.Close() })
	return resp
}

// open opens a stream and passes over its hello.
func open(t *testing.T, url, query string, header ...string) *page {
	t.Helper()
	resp := get(t, url+"/events"+query, header...)
	if resp.StatusCode != http.StatusOK {
		t.Fatal(resp.Status)
	}
	p := &page{reader: reader{in: bufio.NewReader(resp.Body)}, close: resp.Body.Close, tree: map[string]string{}}
	if ev, err := p.next(); err != nil || ev.kind != "hello" {
		t.Fatal("no hello:", ev, err)
	}
	return p
}

func body(t *testing.T, resp *http.Response) string {
	t.Helper()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
