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
//   - ErrRevMismatch: somebody else wrote the file first. It did not happen.
//   - ErrOutcomeUnknown: it is unknown still. The context ended, or the file was deleted,
//     or the history no longer reaches back to rev. With Missing it does so only in a young
//     cluster: when the file is somebody else's, ours may have been there before.
//
// There is one thing that "never" does not cover: a file that is deleted can be
// written with any compare. When somebody deletes the file afterwards, a first write that a
// stopped node still holds may make it anew.
func (c *Client) Settle(ctx context.Context, path string, rev int64, value []byte) (newRev int64, err error) {
	return c.settle(ctx, path, rev, value, func() (int64, error) { return c.Set(ctx, path, rev, value) })
}

// Settle is Client.Settle for Session.Set.
func (s *Session) Settle(ctx context.Context, path string, rev int64, value []byte) (newRev int64, err error) {
	return s.client.settle(ctx, path, rev, value, func() (int64, error) { return s.Set(ctx, path, rev, value) })
}

// SettleCommit is Settle for a transaction of unknown outcome. It is told by the file at a
// path that the transaction sets: to a value that nobody else writes there, and with a
// compare. What it returns is the revision of the transaction.
func (c *Client) SettleCommit(ctx context.Context, t *Txn, path string) (rev int64, err error) {
	for _, st := range t.steps {
		if st.GetKind() == proto.Step_SET && st.GetPath() == path {
			return c.settle(ctx, path, st.GetRev(), st.Value, func() (int64, error) { return c.Commit(ctx, t) })
		}
	}
	return 0, fmt.Errorf("settle %s: the transaction does not set it", path)
}

// settle is Settle for whatever write does.
func (c *Client) settle(ctx context.Context, path string, rev int64, value []byte, write func() (int64, error)) (int64, error) {
	if rev < Missing {
		return 0, fmt.Errorf("settle %s: only a write that compares can be asked about, not one with revision %d", path, rev)
	}
	for pause := settlePause; ; pause = min(2*pause, settleMaxPause) {
		newRev, err := write()
		switch {
		case errors.Is(err, ErrRevMismatch):
			return c.written(ctx, path, rev, value, err)
		case !errors.Is(err, ErrOutcomeUnknown):
			return newRev, err
		}
		if !sleep(ctx, pause) {
			return 0, err
		}
	}
}

// written looks for the change after revision rev that wrote value. If there is none, the
// error is the one that the latest write got.
func (c *Client) written(ctx context.Context, path string, rev int64, value []byte, refused error) (int64, error) {
	found, now, err := c.Get(ctx, path)
	switch {
	case err != nil:
		return 0, unknown(err)
	case now > rev && bytes.Equal(found, value):
		return now, nil
	case now != Missing && now <= rev:
		return 0, refused // by another step of a transaction
	case now == Missing && !c.was(ctx, path, rev):
		return 0, unknown(fmt.Errorf("%s is not there: it was never made, or deleted", path))
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	w, err := c.watch(ctx, &watchCursor{glob: path, from: rev + 1, home: rev == Missing})
	if err != nil {
		return 0, unknown(err)
	}
	defer w.Close()
	for {
		ev, err := w.Next()
		switch {
		case err != nil:
			return 0, unknown(err)
		case !ev.Del && bytes.Equal(ev.Value, value):
			return ev.Rev, nil
		case now == Missing && ev.Del:
			return 0, unknown(fmt.Errorf("%s was deleted", path))
		case now != Missing && ev.Rev >= now:
			return 0, refused
		}
	}
}

// was reports whether a file was there at a revision.
func (c *Client) was(ctx context.Context, path string, rev int64) bool {
	if rev == Missing {
		return false
	}
	_, then, err := c.Get(ctx, path, At(rev))
	return err == nil && then > 0
}

func unknown(err error) error { return fmt.Errorf("%w: %w", ErrOutcomeUnknown, err) }
