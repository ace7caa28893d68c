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

// The values of a transaction are logged as little as others.
func TestValuesOfTransactionsAreNotLogged(t *testing.T) {
	var log logLines
	h := start(t, func(cfg *Config) {
		cfg.Log = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	})
	c := dial(t, h)
	c.send(a(txn).tag(1).step(stepSet, "/a", -1, "secret").step(stepSet, "/b", -1, "another"))
	c.expect("tag 1 flags 3 rev 1")
	all := strings.Join(log.all(), "")
	assert.T(t, strings.Contains(all, "TXN") && strings.Contains(all, "/b") && strings.Contains(all, "bytes=13"), all)
	assert.T(t, !strings.Contains(all, "secret") && !strings.Contains(all, "another"), all)
}
