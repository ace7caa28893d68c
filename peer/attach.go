package peer

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
)

// attachPause is the time between two rounds of trying all addresses.
const attachPause = 200 * time.Millisecond

// attach gets the tree from any of the nodes at cfg.Attach. It goes on trying
// while none answers, for AttachTimeout; when all that answer refuse, at once no more.
func attach(ctx context.Context, cfg *Config, me *identity) (*origin, error) {
	deadline := time.Now().Add(cfg.AttachTimeout)
	for {
		o, err := attachOnce(ctx, cfg, me)
		switch {
		case err == nil:
			return o, nil
		case ctx.Err() != nil:
			return nil, ctx.Err()
		case errors.Is(err, errRefused):
			return nil, fmt.Errorf("cannot attach: %w", err)
		case time.Now().After(deadline):
			return nil, fmt.Errorf("cannot attach: no answer from %s within %v: %w",
				strings.Join(cfg.Attach, ", "), cfg.AttachTimeout, err)
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(attachPause):
		}
	}
}

// attachOnce tries each address. The error is a refusal if there was any, for
// that is what an operator can mend.
func attachOnce(ctx context.Context, cfg *Config, me *identity) (*origin, error) {
	var failure error
	for _, addr := range cfg.Attach {
		snap, err := fetchSnapshot(ctx, addr, me, 0)
		if err == nil {
			var o *origin
			if o, err = snap.origin(cfg); err == nil {
				o.from = addr
				return o, nil
			}
		}
		if failure == nil || errors.Is(err, errRefused) {
			failure = err
		}
	}
	return nil, failure
}
