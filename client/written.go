package client

import (
	"bytes"
	"context"
	"fmt"

	"github.com/ha/doozer/proto"
)

// written looks for the change that the write made. If there is none, and never will be, the
// error is the one that the latest write got.
func (c *Client) written(ctx context.Context, d *doubt, refused error) (int64, error) {
	found, now, err := c.Get(ctx, d.path)
	switch {
	case err != nil:
		return 0, unknown(err)
	case now > d.rev && bytes.Equal(found, d.value):
		return now, nil
	case now != Missing && now <= d.rev && d.never(refused):
		return 0, refused
	case now != Missing && now <= d.rev:
		return 0, unknown(refused) // by another step, for now
	case now == Missing && !c.was(ctx, d.path, d.rev):
		return 0, unknown(fmt.Errorf("%s is not there: it was never made, or deleted", d.path))
	}
	return c.writtenSince(ctx, d, now, refused)
}

// never reports whether what the write was refused for will be so for good: revisions do not
// come back, while a file can be made, or deleted, again.
func (d *doubt) never(refused error) bool {
	i, ok := FailedStep(refused)
	return ok && i < len(d.steps) && d.steps[i].GetKind() == proto.Step_CHECK && d.steps[i].GetRev() > Missing
}

// writtenSince looks in the history of the file, whose revision is now, after that which the
// write compares with.
func (c *Client) writtenSince(ctx context.Context, d *doubt, now int64, refused error) (int64, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	w, err := c.watch(ctx, &watchCursor{glob: d.path, from: d.rev + 1, home: d.rev == Missing})
	if err != nil {
		return 0, unknown(err)
	}
	defer w.Close()
	for {
		ev, err := w.Next()
		switch {
		case err != nil:
			return 0, unknown(err)
		case !ev.Del && bytes.Equal(ev.Value, d.value):
			return ev.Rev, nil
		case now == Missing && ev.Del:
			return 0, unknown(fmt.Errorf("%s was deleted", d.path))
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
