package server

import (
	"errors"

	"github.com/ha/doozer/proto"
)

// logRequest logs a request in its readable form, its values as their length.
func (c *conn) logRequest(frame []byte) {
	m := new(proto.Request)
	if err := m.UnmarshalVT(frame); err != nil {
		return // it was decoded before: then the two differ in numbers beyond the wire format
	}
	size := len(m.Value)
	m.Value = nil
	for _, st := range m.Steps {
		size += len(st.Value)
		st.Value = nil
	}
	c.cfg.Log.Debug("request", "client", c.pc.RemoteAddr(), "is", proto.Text(m), "bytes", size)
}

// logEnd writes the one line about a client that broke the rules. Others come
// and go in silence.
func (c *conn) logEnd(err error) {
	for _, fault := range []error{errFrame, proto.ErrFrameTooBig, proto.ErrSlowReader} {
		if errors.Is(err, fault) {
			c.cfg.Log.Warn("connection ended", "client", c.pc.RemoteAddr(), "err", err)
			return
		}
	}
}
