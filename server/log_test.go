package server

import (
	"log/slog"
	"strings"
	"testing"

	"github.com/bmizerany/assert"
)

func TestRequestsAreLoggedWhenDebugging(t *testing.T) {
	var log logLines
	h := start(t, func(cfg *Config) {
		cfg.Log = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	})
	c := dial(t, h)
	c.send(a(write).tag(1).path("/a").rev(-1).value("secret"))
	c.expect("tag 1 flags 3 rev 1")
	all := strings.Join(log.all(), "")
	assert.T(t, strings.Contains(all, "SET") && strings.Contains(all, "/a") && strings.Contains(all, "bytes=6"), all)
	assert.T(t, !strings.Contains(all, "secret"), all)
}
