package main

import (
	"testing"
	"time"

	"github.com/bmizerany/assert"
)

func TestParseTime(t *testing.T) {
	now := time.Date(2026, 10, 2, 3, 4, 5, 0, time.FixedZone("two hours ahead", 2*3600))
	for s, want := range map[string]string{
		"2026-10-01T12:00:00Z":      "2026-10-01T12:00:00Z",
		"2026-10-01T12:00:00-05:00": "2026-10-01T17:00:00Z",
		"2026-10-01 12:00:00":       "2026-10-01T10:00:00Z",
		"2h":                        "2026-10-01T23:04:05Z",
		"1h30m":                     "2026-10-01T23:34:05Z",
		"0s":                        "2026-10-02T01:04:05Z",
	} {
		got, err := parseTime(s, now)
		assert.Equal(t, nil, err, s)
		assert.Equal(t, want, got.UTC().Format(time.RFC3339), s)
	}
	for _, s := range []string{"", "yesterday", "2026-10-01", "12:00:00", "-2h", "2", "2026-13-01T12:00:00Z"} {
		_, err := parseTime(s, now)
		assert.NotEqual(t, nil, err, s)
	}
}
