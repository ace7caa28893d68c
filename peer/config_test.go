package peer

import (
	"bytes"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bmizerany/assert"
)

func TestConfig(t *testing.T) {
	good := Config{Addr: "127.0.0.1:0", Log: slog.New(slog.DiscardHandler)}
	cfg, err := good.withDefaults()
	assert.Equal(t, nil, err)
	assert.Equal(t, time.Minute, cfg.Timeout)
	assert.Equal(t, "local", cfg.Cluster)
	for what, change := range map[string]func(*Config){
		"can dial":         func(c *Config) { c.Addr = ":8046" },
		"can dial: give":   func(c *Config) { c.Addr = "0.0.0.0:8046" },
		"that other nodes": func(c *Config) { c.Addr = "[::]:8046" },
		"missing port":     func(c *Config) { c.Addr = "127.0.0.1" },
		"listen on":        func(c *Config) { c.Addr = "127.0.0.1:http" },
		"to attach to":     func(c *Config) { c.Attach = []string{"nowhere"} },
		"65536":            func(c *Config) { c.Attach = []string{"127.0.0.1:65536"} },
		"cluster's name":   func(c *Config) { c.Cluster = "a/b" },
		"characters":       func(c *Config) { c.Cluster = "a b" },
		"fill: 1ms":        func(c *Config) { c.Fill = time.Millisecond },
		"timeout: 1ms":     func(c *Config) { c.Timeout = time.Millisecond },
		"pulse: -1s":       func(c *Config) { c.Pulse = -time.Second },
		"attach timeout":   func(c *Config) { c.AttachTimeout = -1 },
		"alpha: 63":        func(c *Config) { c.Alpha = 63 },
		"restore: only":    func(c *Config) { c.Attach, c.Restore = []string{"10.0.0.1:8046"}, &Restore{Rev: 1} },
		"restore: no file": func(c *Config) { c.Restore = &Restore{Rev: 1} },
		"logger":           func(c *Config) { c.Log = nil },
	} {
		cfg := good
		change(&cfg)
		_, err := cfg.withDefaults()
		assert.T(t, err != nil && strings.Contains(err.Error(), what), what, err)
	}
}

// Check finds what Run would, and what is no mistake in itself can be told apart.
func TestConfigCheck(t *testing.T) {
	assert.Equal(t, nil, Config{Addr: "127.0.0.1:0"}.Check())
	assert.T(t, errors.Is(Config{Addr: ":8046"}.Check(), ErrNotDialable))
	err := Config{Addr: "127.0.0.1:0", Cluster: "a/b"}.Check()
	assert.T(t, err != nil && !errors.Is(err, ErrNotDialable), err)
}

func TestIDs(t *testing.T) {
	a, b := newID(), newID()
	assert.NotEqual(t, a, b)
	assert.T(t, validID(a) && validID(b))
	for _, bad := range []string{"", "abcdefghijklmnop", a + "A", a[1:], a[1:] + "/", a[1:] + "1"} {
		assert.T(t, !validID(bad), bad)
	}
}

// Both ends of a pair keep the same one of two links, in whatever order they
// hear of them.
func TestPreferAgrees(t *testing.T) {
	type conn struct{ dialer string }
	keep := func(self, other string, order []conn) conn {
		var cur *link
		var kept conn
		for _, c := range order {
			k := &link{id: other, dialed: c.dialer == self}
			if cur == nil || k.prefer(cur, self) {
				cur, kept = k, c
			}
		}
		return kept
	}
	ab, ba := conn{"A"}, conn{"B"}
	for _, left := range [][]conn{{ab, ba}, {ba, ab}} {
		for _, right := range [][]conn{{ab, ba}, {ba, ab}} {
			assert.Equal(t, ab, keep("A", "B", left))
			assert.Equal(t, ab, keep("B", "A", right))
		}
	}
}

func TestThrottle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var buf bytes.Buffer
		th := throttle{log: slog.New(slog.NewTextHandler(&buf, nil))}
		for range 3 * throttleLines {
			th.warn("noise")
		}
		assert.Equal(t, throttleLines, strings.Count(buf.String(), "noise"))
		time.Sleep(throttleWindow)
		th.warn("later")
		assert.T(t, strings.Contains(buf.String(), "and_lines_left_out=40"), buf.String())
	})
}

func TestMonotonic(t *testing.T) {
	a := monotonic()
	b := monotonic()
	assert.T(t, 0 < a && a <= b && b < a+int64(time.Minute))
}
