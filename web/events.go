package web

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// sendTimeout is how long a browser may take to accept one chunk.
const sendTimeout = 10 * time.Second

// serveEvents is a stream's door.
func (s *Server) serveEvents(w http.ResponseWriter, r *http.Request) {
	if crossOrigin(r) {
		http.Error(w, "the stream is for its own page only", http.StatusForbidden)
		return
	}
	w.Header().Set("Content-Type", "text/event-stream")
	if r.Method == http.MethodHead {
		return
	}
	select {
	case s.slots <- struct{}{}:
		defer func() { <-s.slots }()
	default:
		w.Header().Set("Retry-After", "5")
		http.Error(w, "too many streams are open; close some pages, or ask another node", http.StatusServiceUnavailable)
		return
	}
	err := s.stream(w, r)
	s.cfg.Log.Debug("web: stream ended", "remote", r.RemoteAddr, "err", err)
}

// stream sends until the browser goes away or the server shuts down.
func (s *Server) stream(w http.ResponseWriter, r *http.Request) error {
	ctx, cancel := context.WithCancel(r.Context())
	defer cancel()
	defer context.AfterFunc(s.ctx, cancel)()

	conn := http.NewResponseController(w)
	if err := conn.SetReadDeadline(time.Time{}); err != nil {
		return err
	}
	// A write that is under way must not hold up a shutdown.
	defer context.AfterFunc(s.ctx, func() { conn.SetWriteDeadline(time.Now().Add(time.Second)) })()

	st := stream{store: s.cfg.Store, all: s.all, epoch: s.epoch}
	st.out.write = func(p []byte) error {
		if err := conn.SetWriteDeadline(time.Now().Add(sendTimeout)); err != nil {
			return err
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		if _, err := w.Write(p); err != nil {
			return err
		}
		return conn.Flush()
	}
	if err := st.out.hello(s.cfg.Name, s.cfg.ID); err != nil {
		return err
	}
	return st.run(ctx, s.resumeFrom(r))
}

// resumeFrom is the revision to go on from, or 0: begin with the whole tree.
func (s *Server) resumeFrom(r *http.Request) int64 {
	id := r.Header.Get("Last-Event-ID")
	if id == "" {
		id = r.URL.Query().Get("last")
	}
	return parseID(id, s.epoch, s.cfg.Store.View().Applied())
}

// parseID reads the id of a rev event, "revision@epoch", or a revision alone, which is taken
// on trust. It returns the revision after it, or 0 if the id is not of this server's history.
func parseID(id, epoch string, applied int64) int64 {
	digits, token, marked := strings.Cut(id, "@")
	rev, err := strconv.ParseInt(digits, 10, 64)
	if err != nil || rev < 1 || rev > applied || marked && token != epoch {
		return 0
	}
	return rev + 1
}
