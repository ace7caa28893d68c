package server

import "encoding/binary"

// progress serves PROGRESS: a revision up to which this connection's watches have brought all that there is, and the
// tags of those of which that cannot be said now. So a client whose watch is quiet knows where to go on at
// another node, which may have been there for a shorter time than nothing has happened.
func (c *conn) progress(i int32) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	r := reply{flags: valid | done, rev: c.cfg.Store.Offered(), hasRev: true} // before it looks at any watch
	for k := range c.slots.all {
		if s := &c.slots.all[k]; s.watch != nil && s.tagged && !s.watch.Quiet() {
			r.value = binary.AppendUvarint(r.value, uint64(uint32(s.tag)))
		}
	}
	c.finishLocked(i, &r)
	return nil
}
