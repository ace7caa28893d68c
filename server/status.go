package server

import (
	"encoding/json"

	"github.com/ha/doozer/store"
)

// status serves STATUS: what the node knows, and what the server does.
func (c *conn) status(i int32) error {
	if c.cfg.Status == nil {
		return errUnknownVerb()
	}
	c.later(func() {
		st, err := c.cfg.Status(c.ctx)
		if err != nil {
			c.settle(i, failed(err))
			return
		}
		v := c.cfg.Store.View()
		st.Rev, st.Applied, st.FirstKept = v.Rev(), v.Applied(), c.cfg.Store.FirstKept()
		if n, rev := v.Stat(store.SessDir); rev == store.Dir {
			st.Sessions = n
		}
		st.Clients = c.srv.clients()
		value, err := json.Marshal(st)
		if err != nil {
			c.settle(i, failed(err))
			return
		}
		c.settle(i, &reply{flags: valid | done, value: value})
	})
	return nil
}
