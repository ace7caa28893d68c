package client

import (
	"context"
	"errors"
	"fmt"

	"github.com/ha/doozer/proto"
)

// MaxSteps is how many steps a transaction may have. Its values together may be as
// large as one value.
const MaxSteps = proto.MaxSteps

// Txn is a transaction in the making: checks and changes that are done all at one
// revision, or not at all. Each step is judged on the tree as it was before, so
// none can depend on another one, and no path may be set or deleted twice. The zero
// Txn is ready to use; it must not be changed while Commit runs, and can be committed again.
//
//	rev, err := c.Commit(ctx, new(client.Txn).
//		Check(l.Path(), l.Token()).
//		Set("/a", revA, a).
//		Del("/b", revB))
type Txn struct {
	steps []*proto.Step
}

// Check has the transaction fail with ErrRevMismatch unless the file's revision is
// exactly rev: Missing, if there is no such file; Clobber, if there is one, of
// whatever revision.
func (t *Txn) Check(path string, rev int64) *Txn {
	return t.add(proto.Step_CHECK, path, rev, nil)
}

// Set writes a file, on the same condition as Client.Set does.
func (t *Txn) Set(path string, rev int64, value []byte) *Txn {
	return t.add(proto.Step_SET, path, rev, value)
}

// Del deletes a file, on the same condition as Client.Del does.
func (t *Txn) Del(path string, rev int64) *Txn {
	return t.add(proto.Step_DEL, path, rev, nil)
}

// Len is the number of steps.
func (t *Txn) Len() int { return len(t.steps) }

func (t *Txn) add(kind proto.Step_Kind, path string, rev int64, value []byte) *Txn {
	t.steps = append(t.steps, &proto.Step{Kind: &kind, Path: &path, Rev: &rev, Value: value})
	return t
}

// Commit does a transaction, and returns its revision: that of all files it set. Watches bring
// its changes one after the other, all but the last with More. FailedStep tells which step an
// error is about; when the outcome is unknown, that of the whole transaction is.
func (c *Client) Commit(ctx context.Context, t *Txn) (rev int64, err error) {
	cl := c.call(proto.Request_TXN)
	cl.msg.Steps = t.steps
	r, err := c.write(ctx, cl)
	if i, ok := FailedStep(err); ok && i < len(t.steps) {
		err = fmt.Errorf("%w (%s)", err, t.steps[i].GetPath())
	}
	return r.rev, err
}

// FailedStep tells which step of a transaction a node said it could not do. It counts from 0, for the
// first one added; the text of the error, like the protocol, counts from 1: where that says "step 1",
// FailedStep returns 0.
func FailedStep(err error) (step int, ok bool) {
	var e *Error
	if !errors.As(err, &e) {
		return 0, false
	}
	if _, err := fmt.Sscanf(e.Detail, "step %d", &step); err != nil || step < 1 {
		return 0, false
	}
	return step - 1, true
}
