package sim

import (
	"math/bits"

	"github.com/ha/doozer/consensus"
)

// ballot is the account of one seqn: what its members said about it, as far
// as it went over the network. A coordinator's own vote does not.
type ballot struct {
	noms    []nomination
	accs    []acceptance
	given   bool // skipped by its owner, or learned as nop without a vote
	learned bool
	value   uint32
}

type nomination struct {
	round int64
	value uint32
	votes uint64 // of nodes, by bits
}

type acceptance struct {
	node            int
	promised, voted int64
}

func (b *ballot) nom(round int64) *nomination {
	for i := range b.noms {
		if b.noms[i].round == round {
			return &b.noms[i]
		}
	}
	return nil
}

func (b *ballot) acc(node int) *acceptance {
	for i := range b.accs {
		if b.accs[i].node == node {
			return &b.accs[i]
		}
	}
	b.accs = append(b.accs, acceptance{node: node})
	return &b.accs[len(b.accs)-1]
}

func (k *checker) ballot(s int64) *ballot {
	for int64(len(k.ballots)) < s-k.base {
		k.ballots = append(k.ballots, ballot{})
	}
	return &k.ballots[s-k.base-1]
}

// sent judges what n sends after one turn of its loop. Votes and nominations
// come first: the messages to one node are in order, those to several are not,
// and a node never votes below a promise of the same turn that it made before.
func (k *checker) sent(n *node, out []consensus.Outbound) {
	for _, first := range [2]bool{true, false} {
		for i := range out {
			to, ok := k.c.index(out[i].To)
			if !ok {
				k.c.fail("%s: sends to %q", n.id, out[i].To)
				return
			}
			for j := range out[i].Msgs {
				msg := &out[i].Msgs[j]
				switch msg.Kind {
				case consensus.Nominate, consensus.Vote, consensus.Skip:
					if first {
						k.judge(n, to, msg)
					}
				case consensus.Rsvp, consensus.Learn, consensus.Value:
					if !first {
						k.judge(n, to, msg)
					}
				}
			}
		}
	}
}

// judge goes through the seqns that msg names.
func (k *checker) judge(n *node, to int, msg *consensus.Message) {
	if msg.Hi-1 > n.applied+k.c.p.Alpha || msg.Hi <= msg.Lo || msg.Lo <= 0 {
		k.c.fail("%s: sends %s, its window ends at %d", n.id, show(msg), n.applied+k.c.p.Alpha)
		return
	}
	speaker, round := n.index, msg.Round
	switch msg.Kind {
	case consensus.Vote, consensus.Rsvp:
		speaker = to
	case consensus.Skip:
		round = 1
	}
	for s := max(msg.Lo, k.base+1); s < msg.Hi && k.c.err == nil; s++ {
		named := msg.Kind == consensus.Value || k.config(s).coordinator(s, round) == speaker
		switch {
		case named:
			k.judgeSeqn(n, s, msg)
		case msg.Kind == consensus.Learn && msg.Flag:
			k.learned(n, s, 0)
		}
	}
}

func (k *checker) judgeSeqn(n *node, s int64, msg *consensus.Message) {
	switch msg.Kind {
	case consensus.Nominate:
		k.nominated(n, s, msg.Round, idOf(msg.Value))
	case consensus.Vote:
		k.voted(n, s, msg.Round)
	case consensus.Rsvp:
		k.promised(n, s, msg)
	case consensus.Skip:
		k.skipped(n, s)
	case consensus.Value:
		k.learned(n, s, idOf(msg.Value))
	case consensus.Learn:
		if nom := k.ballot(s).nom(msg.Round); nom != nil {
			k.learned(n, s, nom.value)
		} else {
			k.c.fail("%s: announces round %d of %d, which nominated nothing", n.id, msg.Round, s)
		}
	}
}

func (k *checker) nominated(n *node, s, r int64, value uint32) {
	b := k.ballot(s)
	nom := b.nom(r)
	switch {
	case nom != nil && nom.value != value:
		k.c.fail("%s: nominates #%d and #%d in round %d of %d", n.id, nom.value, value, r, s)
	case nom != nil:
	case r == 1 && b.given:
		k.c.fail("%s: nominates #%d at %d, which was skipped", n.id, value, s)
	case r > 1 && value != 0 && !k.brought(n, s, value):
		k.c.fail("%s: round %d of %d nominates #%d, which round 1 did not", n.id, r, s, value)
	case r > 1 && !k.config(s).majority(b.promises(r)|1<<n.index):
		k.c.fail("%s: nominates in round %d of %d without a quorum of promises", n.id, r, s)
	default:
		b.noms = append(b.noms, nomination{round: r, value: value})
	}
}

// promises are the nodes that told of a promise of round r, or of a higher one.
func (b *ballot) promises(r int64) (set uint64) {
	for _, acc := range b.accs {
		if acc.promised >= r {
			set |= 1 << acc.node
		}
	}
	return set
}

// brought reports whether round 1 of s nominated value. An owner without links
// nominates to itself alone: what it later says of that is believed.
func (k *checker) brought(n *node, s int64, value uint32) bool {
	b := k.ballot(s)
	if b.nom(1) == nil && !b.given && k.config(s).coordinator(s, 1) == n.index {
		b.noms = append(b.noms, nomination{round: 1, value: value})
	}
	nom := b.nom(1)
	return nom != nil && nom.value == value
}

func (k *checker) voted(n *node, s, r int64) {
	b := k.ballot(s)
	nom, acc := b.nom(r), b.acc(n.index)
	switch {
	case nom == nil:
		k.c.fail("%s: votes in round %d of %d, which nominated nothing", n.id, r, s)
		return
	case s <= n.settled:
		k.c.fail("%s: votes at %d, having applied %d", n.id, s, n.settled)
	case acc.promised > r:
		k.c.fail("%s: votes in round %d of %d, having promised %d", n.id, r, s, acc.promised)
	}
	acc.voted = max(acc.voted, r)
	nom.votes |= 1 << n.index
}

func (k *checker) promised(n *node, s int64, msg *consensus.Message) {
	b := k.ballot(s)
	acc := b.acc(n.index)
	if msg.VRound == 1 {
		k.brought(n, s, idOf(msg.Value))
	}
	switch nom := b.nom(msg.VRound); {
	case s <= n.settled:
		k.c.fail("%s: promises at %d, having applied %d", n.id, s, n.settled)
	case msg.VRound > 0 && nom != nil && nom.value != idOf(msg.Value):
		k.c.fail("%s: says it voted for #%d in round %d of %d, where #%d was nominated",
			n.id, idOf(msg.Value), msg.VRound, s, nom.value)
	case acc.voted < msg.Round && acc.voted > msg.VRound:
		k.c.fail("%s: says it voted in round %d of %d, but voted in %d", n.id, msg.VRound, s, acc.voted)
	}
	acc.promised = max(acc.promised, msg.Round)
}

func (k *checker) skipped(n *node, s int64) {
	b := k.ballot(s)
	if nom := b.nom(1); nom != nil {
		k.c.fail("%s: skips %d, where it nominated #%d", n.id, s, nom.value)
	}
	b.given = true
	k.learned(n, s, 0)
}

// learned holds what n says that it learned at s against what others said,
// and against the votes.
func (k *checker) learned(n *node, s int64, value uint32) {
	b := k.ballot(s)
	if b.learned {
		if b.value != value {
			k.c.fail("agreement: %s learned #%d at %d, where #%d was learned", n.id, value, s, b.value)
		}
		return
	}
	b.learned, b.value = true, value
	cfg := k.config(s)
	if len(cfg.members) == 1 {
		return // it agrees with itself, without a word
	}
	chosen := k.quorumFor(cfg, s, b, value)
	switch first := b.nom(1); {
	case chosen:
	case value != 0:
		k.c.fail("%s: learned #%d at %d without a quorum", n.id, value, s)
	case first != nil:
		k.c.fail("%s: learned nop at %d without a quorum, where #%d was nominated", n.id, s, first.value)
	default:
		b.given = true
	}
}

// quorumFor reports whether a quorum may have voted for value in one round of
// s: the coordinator's own vote is taken for granted.
func (k *checker) quorumFor(cfg *config, s int64, b *ballot, value uint32) bool {
	for i := range b.noms {
		nom := &b.noms[i]
		votes := nom.votes&cfg.set | 1<<cfg.coordinator(s, nom.round)
		if nom.value == value && bits.OnesCount64(votes) > len(cfg.members)/2 {
			return true
		}
	}
	return false
}
