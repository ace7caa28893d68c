package main

import (
	"context"
	"errors"

	"github.com/ha/doozer/journal"
	"github.com/ha/doozer/store"
)

// each goes through files, past what cannot be read: of that it tells, and errDamaged is the end.
func (e *env) each(ctx context.Context, fs files, do func(store.File) error) error {
	var damaged error
	for f, err := range fs {
		switch {
		case ctx.Err() != nil:
			return errInterrupted
		case isDamage(err):
			e.warn("%v", err)
			damaged = errDamaged
		case err != nil:
			return err
		default:
			if err := do(f); err != nil {
				return err
			}
		}
	}
	return damaged
}

func isGap(err error) bool { return errors.As(err, new(*journal.Gap)) }

func isForeign(err error) bool { return errors.Is(err, journal.ErrNotJournal) }

// isDamage says of an error of reading that more may follow.
func isDamage(err error) bool {
	return errors.As(err, new(*journal.Damage)) && !errors.Is(err, journal.ErrNotJournal) || errors.Is(err, journal.ErrNotWhole)
}
