package consensus

// acceptor is a member's memory of one seqn: what it promised and what it
// voted for. It is never written to disk: a process that lost it never comes
// back under its id.
type acceptor struct {
	promised int64  // the highest round promised; 0 stands for 1, every acceptor's first promise
	vrnd     int64  // the round of the latest vote; 0: none. vrnd <= promise()
	vval     []byte // what that vote was for; nil: nop
}

func (a *acceptor) promise() int64 { return max(a.promised, 1) }

// voted is the round of the vote that may be repeated: 0 when there is none, or
// a higher round was promised since.
func (a *acceptor) voted() int64 {
	if a.vrnd == a.promised {
		return a.vrnd
	}
	return 0
}

// invite hears INVITE of round r, and reports whether it promised it. It does
// so again for a doubled message, for as long as it has not voted in r.
func (a *acceptor) invite(r int64) bool {
	if r < a.promise() || a.vrnd >= r {
		return false
	}
	a.promised = r
	return true
}

// nominate hears NOMINATE of v in round r, and reports whether it votes. A
// second vote in r is the same vote: one value is nominated per round.
func (a *acceptor) nominate(r int64, v []byte) bool {
	if r < a.promise() || a.vrnd > r {
		return false
	}
	if a.vrnd < r {
		a.promised, a.vrnd, a.vval = r, r, v
	}
	return true
}
