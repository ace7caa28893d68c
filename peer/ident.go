package peer

import (
	"crypto/rand"
	"encoding/base32"
	"errors"
	"fmt"

	"github.com/ha/doozer/proto"
	"github.com/ha/doozer/proto/access"
)

// protocolVersion is that of what peers say to each other. Nodes of different
// versions refuse each other.
const protocolVersion = 3

// newID draws an id: 80 random bits, 16 characters. A node's is drawn at every
// start and never used twice, for a process that lost its memory must not be
// taken for itself; a cluster's once, at its beginning.
func newID() string {
	var b [10]byte
	rand.Read(b[:]) // never fails
	return base32.StdEncoding.EncodeToString(b[:])
}

// idLen is how long an id is, in bytes: 80 bits in base32.
const idLen = 16

// validID reports whether id is one that newID may have drawn.
func validID(id string) bool {
	if len(id) != idLen {
		return false
	}
	for _, c := range []byte(id) {
		if (c < 'A' || c > 'Z') && (c < '2' || c > '7') {
			return false
		}
	}
	return true
}

// identity is what a node says of itself to a peer.
type identity struct {
	id      string
	cluster string
	alpha   int64
	addr    string
	secrets *access.Secrets
}

func (me *identity) hello() *proto.Hello {
	return &proto.Hello{Version: protocolVersion, Cluster: me.cluster, Alpha: me.alpha, Id: me.id, Addr: me.addr}
}

// check says why the node that sent h cannot be a peer, or nil.
func (me *identity) check(h *proto.Hello) error {
	other := fmt.Sprintf("%.100q", h.Addr)
	switch {
	case h.Version != protocolVersion:
		return me.otherVersion(h)
	case h.Cluster != me.cluster:
		return fmt.Errorf("%s is of cluster %.40q, %q of %q", other, h.Cluster, me.addr, me.cluster)
	case h.Alpha != me.alpha:
		return fmt.Errorf("%s has alpha %d, %q has %d", other, h.Alpha, me.addr, me.alpha)
	case !validID(h.Id):
		return fmt.Errorf("%s says that its id is %.40q, which is none", other, h.Id)
	case h.Id == me.id:
		return fmt.Errorf("%s is %w", other, errItself)
	}
	return nil
}

var (
	errItself  = errors.New("this node itself")
	errSecrets = errors.New("the secrets differ (" + access.RWVariable + ")")
)

func (me *identity) otherVersion(h *proto.Hello) error {
	return fmt.Errorf("%.100q speaks version %d of the peer protocol, %q version %d", h.Addr, h.Version, me.addr, protocolVersion)
}
