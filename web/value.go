package web

import (
	"net/http"
	"strconv"

	"github.com/ha/doozer/store"
)

// serveValue gives one file's whole value as it is now on this node.
func (s *Server) serveValue(w http.ResponseWriter, r *http.Request) {
	if crossOrigin(r) {
		http.Error(w, "values are for their own page only", http.StatusForbidden)
		return
	}
	path := r.URL.Query().Get("path")
	if err := store.CheckPath(path); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	value, rev := s.cfg.Store.View().Get(path)
	if rev == store.Missing || rev == store.Dir {
		http.Error(w, "no such file", http.StatusNotFound)
		return
	}
	w.Header().Set("Content-Type", "application/octet-stream")
	w.Header().Set("Content-Length", strconv.Itoa(len(value)))
	w.Write(value)
}
