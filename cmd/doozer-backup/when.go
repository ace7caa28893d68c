package main

import (
	"fmt"
	"time"
)

// parseTime reads a moment: RFC 3339, a local time, or a duration before now.
func parseTime(s string, now time.Time) (time.Time, error) {
	if t, err := time.Parse(time.RFC3339, s); err == nil {
		return t, nil
	}
	if t, err := time.ParseInLocation(time.DateTime, s, now.Location()); err == nil {
		return t, nil
	}
	if ago, err := time.ParseDuration(s); err == nil && ago >= 0 {
		return now.Add(-ago), nil
	}
	return time.Time{}, fmt.Errorf("no time like 2026-10-01T12:00:00Z, \"2026-10-01 12:00:00\" or 2h")
}

// showTime is a moment for people: "an unknown time" if it is not known.
func showTime(t time.Time) string {
	if t.IsZero() {
		return "an unknown time"
	}
	return t.UTC().Format(time.RFC3339)
}

// heard is the moment of a head or record; zero if it is not known.
func heard(nanoseconds int64) time.Time {
	if nanoseconds == 0 {
		return time.Time{}
	}
	return time.Unix(0, nanoseconds)
}
