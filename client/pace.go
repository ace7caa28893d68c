package client

import (
	"math/rand/v2"
	"time"
)

const (
	freeMoves  = maxRefusals - 1 // in a row, without a pause: so many nodes more a request may ask
	vainPause  = time.Second     // after a move that found nowhere to go
	firstPause = time.Second     // after the last of the free moves
	maxPause   = 30 * time.Second
	calmAfter  = 10 * time.Second // without a move, beyond the pause, after which those before are forgotten
)

// pace limits how often a client leaves nodes that live. Refusals may have a
// cause that is everywhere the same, as an overload, which clients that
// connect anew with each of them would but add to.
type pace struct {
	row   int       // moves in a row that were made
	until time.Time // no move before
}

// note notes that a move was made, or that there was nowhere to go.
func (p *pace) note(now time.Time, made bool) {
	if now.Sub(p.until) > calmAfter {
		p.row = 0
	}
	pause := vainPause
	if made {
		pause = 0
		if p.row++; p.row >= freeMoves {
			pause = min(maxPause, firstPause<<min(p.row-freeMoves, 16))
		}
	}
	p.until = now.Add(pause/2 + rand.N(pause/2+1))
}
