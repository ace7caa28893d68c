package peer

import (
	"fmt"
	"slices"

	"github.com/ha/doozer/consensus"
	"github.com/ha/doozer/proto"
)

// maxQueued bounds the bytes that wait to be written to one peer: beyond, values
// are dropped, as on any network, and said again by consensus; beyond twice as
// many, all is. What is never said again (what is passed on, and the answers to
// that) is small, or bounded by consensus.Config.MaxInflight, below this.
const maxQueued = 16 << 20

// link is the connection between this node and another one.
type link struct {
	id     string // the other's
	addr   string // where it can be dialed, as it says
	dialed bool   // by this node, not by the other
	conn   *proto.Conn
	ended  error // why, once its reader has ended

	// The reader's alone.
	in   *intake
	msgs []consensus.Message
	done chan error // its poller tells why it ended

	// The loop's alone.
	frame   frame
	heard   int64 // when something last came
	said    int64 // when something was last sent
	dropped int64 // messages that were dropped
}

// prefer reports whether k is to replace old, another link to the same node.
// Both ends decide alike, so one link stays: the one that the node with the
// lower id dialed, and of two that the same node dialed the newer one, since
// nobody dials who still has a link.
func (k *link) prefer(old *link, self string) bool {
	if k.dialed == old.dialed {
		return true
	}
	return k.dialed == (self < k.id)
}

// msgCost is about what a message takes once it is decoded, beside its value:
// one that is empty takes two bytes in a frame.
const msgCost = 128

// read hands all that comes by the link to the loop, until it ends: by a poller, where
// there is one for it.
func (k *link) read(n *node) error {
	k.in, k.done = n.in, make(chan error, 1)
	if p := n.poller(); p != nil && p.Add(k.conn, k) == nil {
		return <-k.done
	}
	for {
		k.in.awaitRoom()
		if err := k.conn.Read(); err != nil {
			return err
		}
		if err := k.take(); err != nil {
			return err
		}
		k.in.hurry()
	}
}

// Input hands what has come to the loop.
func (k *link) Input() (again bool, err error) {
	if k.in.full() {
		return true, nil // the poller takes a turn
	}
	ok, err := k.conn.TryRead()
	if ok {
		err = k.take()
	}
	if err != nil {
		k.done <- err
	}
	return ok, err
}

// take leaves the messages that are buffered for the loop.
func (k *link) take() error {
	size := 0
	for b, ok := k.conn.Next(); ok; b, ok = k.conn.Next() {
		var err error
		before := len(k.msgs)
		if k.msgs, err = decodeFrame(b, k.msgs); err != nil {
			return fmt.Errorf("%w: %w", errMalformed, err)
		}
		size += len(b) + msgCost*(len(k.msgs)-before)
		if len(k.msgs) >= splitMsgs {
			k.msgs, size = k.in.messages(k, k.msgs, size), 0
		}
	}
	k.msgs = k.in.messages(k, k.msgs, size)
	return nil
}

// send queues messages and writes them, as far as the network takes them.
func (k *link) send(now int64, msgs []consensus.Message) {
	k.said = now
	for rest := msgs; len(rest) > 0; {
		if rest = k.shed(rest); len(rest) == 0 {
			break
		}
		k.frame, rest = nextFrame(rest)
		if k.conn.Queue(&k.frame) != nil {
			break // it ended; its reader tells
		}
	}
	k.frame.msgs = nil
	k.conn.Flush()
}

// shed drops of msgs, in place, what the queue has no room for.
func (k *link) shed(msgs []consensus.Message) []consensus.Message {
	pending, before := k.conn.Pending(), len(msgs)
	switch {
	case pending <= maxQueued:
		return msgs
	case pending > 2*maxQueued:
		msgs = nil
	default:
		msgs = slices.DeleteFunc(msgs, func(msg consensus.Message) bool {
			return len(msg.Value) > 0 && msg.Kind != consensus.Pass
		})
	}
	k.dropped += int64(before - len(msgs))
	return msgs
}

// sayNothing sends an empty frame: the other end hears that this one lives.
func (k *link) sayNothing(now int64) {
	k.said = now
	k.frame = frame{}
	if k.conn.Pending() == 0 && k.conn.Queue(&k.frame) == nil {
		k.conn.Flush()
	}
}
