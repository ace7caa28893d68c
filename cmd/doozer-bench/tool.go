package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"time"
)

// toolTime bounds how long doozer-backup may take for its first snapshot, and for the last of
// what it has to write.
const toolTime = 3 * time.Minute

// tool is doozer-backup run as it follows a cluster.
type tool struct {
	proc *process
	url  string // of its status
}

// health is what of the tool's status is made use of.
type health struct {
	Durable int64 `json:"durable_rev"`
	Gaps    int   `json:"gaps"`
}

var statusURL = regexp.MustCompile(`url=(http://[0-9.:]+)/metrics`)

// startTool has the tool follow a cluster into a folder.
func startTool(ctx context.Context, path, dir, addr string) (*tool, error) {
	p, err := start(nil, path, "run", "-d", dir, "-a", addr, "-listen", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	t := &tool{proc: p}
	err = p.until(ctx, "it said where it tells its status", func() bool {
		if found := statusURL.FindStringSubmatch(p.stderr.String()); found != nil {
			t.url = found[1] + "/status"
		}
		return t.url != ""
	})
	if err != nil {
		p.stop()
		return nil, err
	}
	return t, nil
}

// runTool runs doozer-backup to its end.
func runTool(ctx context.Context, path string, args ...string) error {
	p, err := start(nil, path, args...)
	if err != nil {
		return err
	}
	defer p.stop()
	select {
	case <-p.ended:
	case <-ctx.Done():
		return ctx.Err()
	}
	if !p.cmd.ProcessState.Success() {
		return fmt.Errorf("%s %s: %v: %s", path, args[0], p.cmd.ProcessState, p.stderr)
	}
	return nil
}

// health asks the tool how it is doing.
func (t *tool) health(ctx context.Context) (h health, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, t.url, nil)
	if err != nil {
		return h, err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return h, fmt.Errorf("%w: %s", err, t.proc.stderr)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return h, errors.New(resp.Status)
	}
	return h, json.NewDecoder(resp.Body).Decode(&h)
}

// awaitDurable waits until all up to rev is durable, and returns how that went.
func (t *tool) awaitDurable(ctx context.Context, rev int64) (h health, err error) {
	ctx, cancel := context.WithTimeoutCause(ctx, toolTime, errors.New("it takes too long"))
	defer cancel()
	var failure error
	err = t.proc.until(ctx, fmt.Sprintf("revision %d was durable", rev), func() bool {
		h, failure = t.health(ctx)
		return failure != nil || h.Durable >= rev
	})
	return h, errors.Join(failure, err)
}

// cpu is the CPU time that the tool took in all. It has to be stopped before.
func (t *tool) cpu() time.Duration {
	s := t.proc.cmd.ProcessState
	return s.UserTime() + s.SystemTime()
}
