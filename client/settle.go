package client

import (
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
// written the file again since. The errors are
//
//   - ErrRevMismatch: somebody else wrote the file first. It did not happen.
//   - ErrBadPath, ErrValueTooLarge: no node would ever do it. It did not happen.
//   - ErrOutcomeUnknown: it is unknown still, and what is in the way of finding out matches, too:
//     ErrReadonly, ErrUnreachable, ErrSessionLost, an end of the context, and so on. Or the file was deleted,
//     or the history no longer reaches back to rev. With Missing it does so only in a young
//     cluster: when the file is somebody else's, ours may have been there before.
//
// An error of another kind says that rev is none that can be asked about.
//
// There is one thing that "never" does not cover: a file that is deleted can be
// written with any compare. When somebody deletes the file afterwards, a first write that a
// stopped node still holds may make it anew.
func (c *Client) Settle(ctx context.Context, path string, rev int64, value []byte) (newRev int64, err error) {
	again := func() (int64, error) { return c.Set(ctx, path, rev, value) }
	return c.settle(ctx, &doubt{path: path, rev: rev, value: value, again: again})
}

// Settle is Client.Settle for Session.Set.
func (s *Session) Settle(ctx context.Context, path string, rev int64, value []byte) (newRev int64, err error) {
	again := func() (int64, error) { return s.Set(ctx, path, rev, value) }
	return s.client.settle(ctx, &doubt{path: path, rev: rev, value: value, again: again})
}

// SettleCommit is Settle for a transaction of unknown outcome. It is told by the file at a
// path that the transaction sets: to a value that nobody else writes there, and with a
// compare. What it returns is the revision of the transaction.
//
// When another step is in the way it did not happen so far. ErrRevMismatch then says that it never will, for
// a Check at the revision that a file once had. Any other condition may hold again later, and
// a stopped node may still have the transaction: that is ErrOutcomeUnknown, which FailedStep
// explains.
func (c *Client) SettleCommit(ctx context.Context, t *Txn, path string) (rev int64, err error) {
	for _, st := range t.steps {
		if st.GetKind() == proto.Step_SET && st.GetPath() == path {
			again := func() (int64, error) { return c.Commit(ctx, t) }
			return c.settle(ctx, &doubt{path: path, rev: st.GetRev(), value: st.Value, again: again, steps: t.steps})
		}
	}
	return 0, fmt.Errorf("settle %s: the transaction does not set it", path)
}

// doubt is a write of unknown outcome, which is told by one file.
type doubt struct {
	path  string
	rev   int64 // that it compares with
	value []byte
	again func() (newRev int64, err error) // does the same write once more
	steps []*proto.Step                    // of a transaction
}

// settle is Settle for any write. What a second one meets with says of the first only what
// holds for both, whenever they arrive.
func (c *Client) settle(ctx context.Context, d *doubt) (int64, error) {
	if d.rev < Missing {
		return 0, fmt.Errorf("settle %s: only a write that compares can be asked about, not one with revision %d", d.path, d.rev)
	}
	for pause := settlePause; ; pause = min(2*pause, settleMaxPause) {
		newRev, err := d.again()
		switch {
		case err == nil, errors.Is(err, ErrBadPath), errors.Is(err, ErrValueTooLarge):
			return newRev, err
		case errors.Is(err, ErrRevMismatch):
			return c.written(ctx, d, err)
		case !errors.Is(err, ErrOutcomeUnknown):
			return 0, unknown(err)
		}
		if !sleep(ctx, pause) {
			return 0, err
		}
	}
}

func unknown(err error) error { return fmt.Errorf("%w: %w", ErrOutcomeUnknown, err) }
