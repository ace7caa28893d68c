package web

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"fmt"
	"net/http"
	"path"
	"time"
)

//go:embed static
var static embed.FS

// assets are the files of the page, by name.
type assets map[string]asset

type asset struct {
	body []byte
	kind string // its media type
	etag string
}

// mediaType is a table of our own: what the system's says differs from machine to machine.
func mediaType(name string) string {
	switch path.Ext(name) {
	case ".html":
		return "text/html; charset=utf-8"
	case ".css":
		return "text/css; charset=utf-8"
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".svg":
		return "image/svg+xml"
	}
	return ""
}

func loadAssets() (assets, error) {
	entries, err := static.ReadDir("static")
	if err != nil {
		return nil, fmt.Errorf("web: %w", err)
	}
	files := assets{}
	for _, e := range entries {
		body, err := static.ReadFile("static/" + e.Name())
		if err != nil {
			return nil, fmt.Errorf("web: %w", err)
		}
		kind := mediaType(e.Name())
		if kind == "" {
			return nil, fmt.Errorf("web: no media type for %s", e.Name())
		}
		files[e.Name()] = asset{body, kind, fmt.Sprintf(`"%x"`, sha256.Sum256(body))}
	}
	return files, nil
}

// file serves one asset. Browsers keep it, and ask each time whether it is still
// the same, so a new binary shows at once.
func (files assets) file(name string) http.Handler {
	a := files[name]
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Type", a.kind)
		h.Set("Cache-Control", "no-cache")
		h.Set("ETag", a.etag)
		http.ServeContent(w, r, name, time.Time{}, bytes.NewReader(a.body))
	})
}
