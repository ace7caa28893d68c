package client

import (
	"testing"

	"github.com/bmizerany/assert"
)

func TestStatus(t *testing.T) {
	alone, err := startNode(t, steady()).only(t).Status(soon(t))
	assert.T(t, err == nil && alone.Quorum == 1 && alone.LeaseMS == -1, alone)
	nodes := startCluster(t, 3, steady())
	spare := startNode(t, steady(), nodes[0].Started.Addr)
	c := nodes[1].only(t)
	assert.Equal(t, nil, c.Checkin(soon(t), "s", Missing))
	rev, err := c.Rev(soon(t))
	assert.Equal(t, nil, err)
	s, err := c.Status(soon(t))
	assert.Equal(t, nil, err)
	assert.T(t, s.ID == nodes[1].ID && s.Addr == nodes[1].Started.Addr && s.Cluster == "local", s)
	assert.T(t, s.Member && s.Writable && s.Quorum == 2 && s.Sessions == 1 && s.Clients >= 1, s)
	assert.T(t, s.Rev >= rev && s.Applied >= s.Rev && s.FirstKept >= 1, s)
	assert.Equal(t, 3, len(s.Members))
	for _, m := range s.Members {
		assert.T(t, m.Links == 3 && !m.Suspect && m.HeardMS >= 0 && m.HeardMS < 5000, m)
	}
	until(t, "it holds leases", func() bool {
		s, err := c.Status(soon(t))
		return err == nil && s.LeaseMS > 0 && s.LeaseMS < 1000
	})
	s, err = spare.only(t).Status(soon(t))
	assert.T(t, err == nil && s.ID == spare.ID && !s.Member && !s.Writable && s.LeaseMS == 0, s)
}
