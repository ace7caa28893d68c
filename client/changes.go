package client

import (
	"context"
	"iter"
)

// Views brings the newest state to a loop, and then each newer one. A loop that takes
// its time is not given those that it missed, only the newest. It ends with an
// error, that of Err or of ctx.
func (m *Mirror) Views(ctx context.Context) iter.Seq2[*View, error] {
	return func(yield func(*View, error) bool) {
		for rev := int64(-1); ; {
			view, err := m.Next(ctx, rev)
			if !yield(view, err) || err != nil {
				return
			}
			rev = view.rev
		}
	}
}

// Change is the step from one state to a newer one.
type Change struct {
	View   *View   // the newer one
	Events []Event // what differs, in the order of a walk; all but the last with More
}

// Changes is Views with what differs: first all files, then each change. A
// file that changed several times while the loop was busy comes once, as it is now; one that
// was deleted has the state's revision.
func (m *Mirror) Changes(ctx context.Context) iter.Seq2[Change, error] {
	return func(yield func(Change, error) bool) {
		old := new(View)
		for view, err := range m.Views(ctx) {
			if err != nil {
				yield(Change{}, err)
				return
			}
			if !yield(Change{View: view, Events: view.since(old)}, nil) {
				return
			}
			old = view
		}
	}
}
