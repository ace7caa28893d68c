package client

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/ha/doozer/proto"
)

const (
	settlePause    = 50 * time.Millisecond // before a compare-and-set is asked about again
	settleMaxPause = time.Second
)

// Settle finds out what became of a Set of unknown outcome, and has it done if
// nothing did: the write is done once, whatever becomes of connections. It is
// given what Set was given: rev is a file's revision, or Missing, and value
// is one that nobody else writes there, such as one with a name or a number drawn
// at random: it is what the write is told by.
//
//	newRev, err := c.Set(ctx, path, rev, value)
//	if errors.Is(err, client.ErrOutcomeUnknown) {
//		newRev, err = c.Settle(ctx, path, rev, value)
//	}
//
// It writes again, with the same compare. If that succeeds the first write did
// not happen, and never will: the file is newer now than what it compares with. If not,
// the file has changed since rev, and Settle looks in its history for the value.
//
// newRev is the revision at which value was written; somebody may have
// written the file again since. The errors are Set's, and of these
//
//   - ErrRevMismatch: somebody else wrote the file first. It did not
//     happen.
//   - ErrOutcomeUnknown: it is unknown still. The context ended, or the history
//     no longer reaches back to rev. So it may be for Missing in a cluster that has forgotten its first
//     changes, when the file is somebody else's by now: ours may have been there before.
//
// There is one thing that "never" does not cover: a file that is deleted can be
// written with any compare. When somebody deletes the file afterwards, a first write that a
// stopped node still holds may make it anew.
func (c *Client) Settle(ctx context.Context, path string, rev int64, value []byte) (newRev int64, err error) {
	if rev < Missing {
		return 0, fmt.Errorf("settle %s: only a write that compares can be asked about, not one with revision %d", path, rev)
	}
	for pause := settlePause; ; pause = min(2*pause, settleMaxPause) {
		newRev, err = c.Set(ctx, path, rev, value)
		switch {
		case errors.Is(err, ErrRevMismatch):
			return c.written(ctx, path, rev, value)
		case !errors.Is(err, ErrOutcomeUnknown):
			return newRev, err
		}
		if !sleep(ctx, pause) {
			return 0, err
		}
	}
}

// written looks for the change after revision rev that wrote value, in a file that
// has changed since.
func (c *Client) written(ctx context.Context, path string, rev int64, value []byte) (int64, error) {
	found, now, err := c.Get(ctx, path)
	switch {
	case err != nil:
		return 0, fmt.Errorf("%w: %w", ErrOutcomeUnknown, err)
	case now > rev && bytes.Equal(found, value):
		return now, nil
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	w, err := c.watch(ctx, &watchCursor{glob: path, from: rev + 1, home: rev == Missing})
	if err != nil {
		return 0, fmt.Errorf("%w: %w", ErrOutcomeUnknown, err)
	}
	defer w.Close()
	for {
		ev, err := w.Next()
		switch {
		case err != nil:
			return 0, fmt.Errorf("%w: %w", ErrOutcomeUnknown, err)
		case !ev.Del && bytes.Equal(ev.Value, value):
			return ev.Rev, nil
		case now == Missing && ev.Del:
			return 0, fmt.Errorf("%w: %s was deleted meanwhile", ErrOutcomeUnknown, path)
		case now != Missing && ev.Rev >= now:
			return 0, explain(proto.Request_SET, path, ErrRevMismatch)
		}
	}
}
