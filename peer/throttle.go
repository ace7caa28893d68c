package peer

import (
	"context"
	"log/slog"
	"sync"
	"time"
)

// The lines that a throttle lets through in a window of time.
const (
	throttleWindow = 10 * time.Second
	throttleLines  = 20
)

// throttle writes log lines that strangers can cause, a few in any time.
type throttle struct {
	log *slog.Logger

	mu      sync.Mutex
	since   time.Time
	lines   int
	dropped int
}

func (t *throttle) warn(msg string, args ...any) { t.line(slog.LevelWarn, msg, args...) }

func (t *throttle) info(msg string, args ...any) { t.line(slog.LevelInfo, msg, args...) }

func (t *throttle) line(level slog.Level, msg string, args ...any) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if now := time.Now(); now.Sub(t.since) >= throttleWindow {
		if t.dropped > 0 {
			args = append(args, "and_lines_left_out", t.dropped)
		}
		t.since, t.lines, t.dropped = now, 0, 0
	}
	if t.lines == throttleLines {
		t.dropped++
		return
	}
	t.lines++
	t.log.Log(context.Background(), level, msg, args...)
}
