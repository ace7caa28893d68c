package e2e

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/bmizerany/assert"

	"github.com/ha/doozer/client"
)

// patience bounds the wait for anything that has to happen. On an idle machine
// all of it takes a fraction.
const patience = 15 * time.Second

// eventually tries until try returns nil.
func eventually(t *testing.T, what string, try func() error) {
	t.Helper()
	deadline := time.Now().Add(patience)
	for {
		err := try()
		if err == nil {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("not within %v: %s: %v", patience, what, err)
		}
		pause(10 * time.Millisecond)
	}
}

// pause lets time pass where the passing of time is what is tested, or between
// two looks.
func pause(d time.Duration) { <-time.After(d) }

// timed is a context for one request, which has to end by itself well before.
func timed(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	t.Cleanup(cancel)
	return ctx
}

// dial opens a client that is closed with the test.
func dial(t *testing.T, addr string) *client.Client {
	t.Helper()
	c, err := client.Config{Pinned: true}.Dial(timed(t), addr)
	assert.Equal(t, nil, err)
	t.Cleanup(func() { c.Close() })
	return c
}

func set(t *testing.T, c *client.Client, path string, rev int64, value string) int64 {
	t.Helper()
	got, err := c.Set(timed(t), path, rev, []byte(value))
	if err != nil {
		t.Fatalf("%s: %v", c.Addr(), err)
	}
	return got
}

func get(t *testing.T, c *client.Client, path string, opts ...client.ReadOption) (string, int64) {
	t.Helper()
	value, rev, err := c.Get(timed(t), path, opts...)
	if err != nil {
		t.Fatalf("%s: %v", c.Addr(), err)
	}
	return string(value), rev
}

// expect waits until a file has a value.
func expect(t *testing.T, c *client.Client, path, want string) {
	t.Helper()
	eventually(t, fmt.Sprintf("%s is %q", path, want), func() error {
		got, _, err := c.Get(timed(t), path)
		if err == nil && string(got) != want {
			err = fmt.Errorf("it is %q", got)
		}
		return err
	})
}

// fails checks that err is one of a kind.
func fails(t *testing.T, want, err error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Fatalf("got %v, want %v", err, want)
	}
}

// ms rounds to what is worth printing.
func ms(d time.Duration) time.Duration { return d.Round(time.Millisecond) }
