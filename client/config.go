package client

import (
	"context"
	"log/slog"
	"net"
	"time"
)

// The defaults of Config.
const (
	DefaultKeepalive  = time.Second
	DefaultMaxBackoff = 2 * time.Second
)

// Config says how a Client keeps in touch with its cluster. The zero value of a
// field stands for its default.
type Config struct {
	// Pinned has the client stay with the connection that Dial made: it looks
	// for no other nodes, and when the connection is lost all that comes after
	// is ErrLost. It is for tools that mean one certain node.
	Pinned bool

	// Secret is presented to each node with ACCESS, if the URI names none. Default: none.
	Secret string

	// Keepalive is how long nothing is heard of the node before it is asked for
	// a sign of life. Within three times as long the connection counts as lost,
	// or later by up to 4 s, 1 s for each 256 KiB of values, if large ones are
	// sent: they may still be on their way. Every byte that the node sends or takes
	// counts, so that slow transfers are not cut off. Default: 1 s; a Pinned
	// client asks only if it is set; negative: never.
	Keepalive time.Duration

	// MaxBackoff is the longest time between two rounds of attempts to reach
	// any node, of which the first follows the loss within 25 ms and the second
	// after some 50 ms. Default: 2 s.
	MaxBackoff time.Duration

	// GiveUp is for how long no node may be reached until calls and watches end
	// with ErrUnreachable, and for how long a call that was refused may look for
	// a node that does better. The client goes on trying, and calls that come after
	// it has found a node find that node. Default: 0, for ever: then contexts
	// are all that ends calls.
	GiveUp time.Duration

	// Patient has Dial wait for the cluster: while no node answers it goes on trying until its context ends,
	// in rounds like those after a lost connection. So a program may start before its cluster does. What
	// waiting does not mend ends Dial at once, as ever: an address that is none, a secret that is denied.
	Patient bool

	// Admit, if not nil, is asked about each node before the client, a Pinned one
	// too, connects to it for good: on a connection that it did not admit nothing
	// is sent or received by calls and watches. So a program that must not take
	// another cluster for its own, as may live at an old address by now, under the
	// same name even, can look for what only its own has. An error refuses the node
	// like one that does not answer: others are tried, and this one again later.
	// When there is no other, the errors of Dial and of calls match that error and
	// ErrUnreachable.
	//
	// read reads a file as that node has it, which may lag behind the cluster; of
	// a missing one rev is Missing. Admit may be called by several goroutines at
	// once, and so may read, until Admit returns. Admit has to end with its context:
	// an attempt takes 5 s in all, from the dialing on.
	Admit func(ctx context.Context, read func(path string) (value []byte, rev int64, err error)) error

	// Boot is the URI of a cluster whose name service (DzNS) tells where others are: its
	// files /ctl/ns/<cluster>/<id> hold the addresses of their nodes. A URI with cn is
	// looked up there, when the client is dialed, and again while none of all nodes that it
	// knows of answers. It then takes no node whose cluster has another name. The secret of
	// the name service is that of its URI (sk); Secret is for the cluster that is looked up.
	// Addresses that the URI itself names (ca) do not wait for it.
	// Default: none; then cn means nothing beside ca, and alone is an error.
	Boot string

	// DialContext makes connections; it has to end when its context does.
	// Default: a net.Dialer's.
	DialContext func(ctx context.Context, network, addr string) (net.Conn, error)

	// Log, if not nil, gets a line when a connection is made, and when it is lost.
	Log *slog.Logger
}

func (cfg Config) withDefaults() Config {
	if cfg.Keepalive == 0 && !cfg.Pinned {
		cfg.Keepalive = DefaultKeepalive
	}
	if cfg.MaxBackoff <= 0 {
		cfg.MaxBackoff = DefaultMaxBackoff
	}
	if cfg.DialContext == nil {
		cfg.DialContext = new(net.Dialer).DialContext
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	return cfg
}
