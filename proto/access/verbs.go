package access

import "github.com/ha/doozer/proto"

// Allows reports whether one at this level may ask for a verb.
func (l Level) Allows(verb proto.Request_Verb) bool {
	need, _ := needs(verb)
	return l >= need
}

// needs is the table of what each verb needs. One that is not listed needs
// Write, so that a verb that somebody forgets here is closed, not open.
func needs(verb proto.Request_Verb) (level Level, listed bool) {
	switch verb {
	case proto.Request_ACCESS, proto.Request_CANCEL, proto.Request_REV, proto.Request_SELF,
		proto.Request_PEER: // peers prove themselves; see Proof
		return Nothing, true
	case proto.Request_GET, proto.Request_STAT, proto.Request_GETDIR, proto.Request_WALK,
		proto.Request_WAIT, proto.Request_WATCH, proto.Request_STATUS, proto.Request_PROGRESS:
		return Read, true
	case proto.Request_SET, proto.Request_DEL, proto.Request_ESET, proto.Request_CHECKIN,
		proto.Request_NOP, proto.Request_TXN:
		return Write, true
	}
	return Write, false
}
