package consensus

// ID names one doozerd process: it is drawn at every start and never used
// twice, so that a process that lost its memory is never taken for itself.
type ID = string

// Kind says what a Message is.
type Kind uint8

// The kinds of message. Beside each, the fields that it uses. "Named" tells
// which seqns of [Lo, Hi) the message speaks of; a receiver works that out
// for every seqn by itself, from the config of that seqn.
const (
	// Invite opens round Round. Lo, Hi, Round. Named: those whose round the
	// sender coordinates.
	Invite Kind = 1 + iota
	// Rsvp promises round Round to its coordinator, the receiver, and tells
	// the vote given so far. Lo, Hi, Round, VRound (0: none), Value (a mutation
	// only at a single seqn). Named: those whose round the receiver coordinates.
	Rsvp
	// Nominate asks for votes for Value. Lo, Hi, Round, Value (a mutation only
	// at a single seqn). Named: those whose round the sender coordinates.
	Nominate
	// Vote answers Nominate. Lo, Hi, Round; Num: the holders of leases that the
	// sender held when it said so, a bit for each place in the seqn's config.
	// Named: those whose round the receiver coordinates.
	Vote
	// Reject tells that round VRound is dead, for Round was promised. Lo, Hi,
	// Round, VRound. Named: those whose round VRound the receiver coordinates.
	Reject
	// Learn tells that what was nominated in Round was chosen. Lo, Hi, Round,
	// Flag. Named: those whose round the sender coordinates; with Flag all
	// others of the range are named too, and were learned as nop.
	Learn
	// Value tells what was learned. Lo, Hi, Value (a mutation only at a single
	// seqn). Named: all.
	Value
	// Skip gives slots away. Lo, Hi. Named: those that the sender owns.
	Skip
	// Follow asks for all that the receiver applied, from Lo on, and for what
	// it will apply; it is repeated for as long as that is wanted. Lo.
	Follow
	// Behind answers who asks about a seqn that the sender applied and no
	// longer keeps, as it keeps none up to Lo: take a snapshot. Lo.
	Behind
	// Beat is the heartbeat. Lo: applied; Hi: the highest use that the sender
	// knows; IDs: whom it hears; Flag: Hi lies beyond its window; Num: it asks
	// for a lease, at that time by its own clock.
	Beat
	// Ask asks for the receiver's seen. Num: the question.
	Ask
	// Seen answers Ask. Num: the question; Lo: the highest seqn at which the
	// sender voted for, nominated or learned a mutation.
	Seen
	// Pass passes a mutation on to a member. Num: fresh for each; Value.
	Pass
	// Passed answers Pass: applied at Lo. Num; Lo; Round: the result's code.
	Passed
	// Refused answers Pass: never proposed, and never will be. Num.
	Refused
	// Grant answers a Beat that asks for a lease. Num: that Beat's; Lo: the
	// sender's seen when it began to hold the receiver; Round: the length of the
	// lease in nanoseconds, for the sender's may be another than the receiver's.
	Grant

	lastKind = Grant
)

// maxIDs bounds the ids in one message.
const maxIDs = 64

// maxRound bounds the rounds of an instance, far above what backoff lets
// happen and far below overflow.
const maxRound = 1 << 30

// Message is what one machine says to another. Over the network it may be
// lost, doubled, delayed and reordered. A nil Value stands for nop. Values
// are shared, never modified.
type Message struct {
	Kind   Kind
	Lo, Hi int64 // seqns, [Lo, Hi)
	Round  int64
	VRound int64
	Num    int64
	Value  []byte
	IDs    []ID
	Flag   bool
}

// ranged tells of each kind whether it names seqns by [Lo, Hi).
func (k Kind) ranged() bool {
	switch k {
	case Invite, Rsvp, Nominate, Vote, Reject, Learn, Value, Skip:
		return true
	}
	return false
}

// valid reports whether msg is well formed, whoever sent it.
func (msg *Message) valid() bool {
	if msg.Kind == 0 || msg.Kind > lastKind || len(msg.IDs) > maxIDs || msg.Lo < 0 {
		return false
	}
	if !msg.Kind.ranged() {
		return msg.Kind != Pass || len(msg.Value) > 0 && msg.Num > 0
	}
	switch {
	case msg.Lo < 1 || msg.Hi <= msg.Lo:
		return false
	case len(msg.Value) > 0 && msg.Hi != msg.Lo+1:
		return false
	case msg.Kind == Value || msg.Kind == Skip:
		return true
	case msg.Round < 1 || msg.Round > maxRound:
		return false
	case msg.Kind == Rsvp:
		return msg.VRound >= 0 && msg.VRound < msg.Round && (msg.VRound > 0 || len(msg.Value) == 0)
	case msg.Kind == Reject:
		return msg.VRound >= 1 && msg.VRound < msg.Round
	}
	return true
}

var kindNames = [...]string{"?", "INVITE", "RSVP", "NOMINATE", "VOTE", "REJECT", "LEARN", "VALUE", "SKIP",
	"FOLLOW", "BEHIND", "BEAT", "ASK", "SEEN", "PASS", "PASSED", "REFUSED", "GRANT"}

// String is the kind's name in capitals, as doc/consensus.md has it.
func (k Kind) String() string {
	if k > lastKind {
		k = 0
	}
	return kindNames[k]
}
