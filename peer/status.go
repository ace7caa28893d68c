package peer

import (
	"context"
	"math"
	"time"

	"github.com/ha/doozer/consensus"
	"github.com/ha/doozer/proto"
	"github.com/ha/doozer/server"
)

// Status is what this node knows of itself and of the members.
func (n *node) Status(ctx context.Context) (*proto.Status, error) {
	info, ok := n.info(ctx)
	if !ok {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		return nil, server.ErrReadonly // it has ended
	}
	s := &proto.Status{
		ID: n.me.id, Cluster: n.me.cluster, Addr: n.me.addr, Version: n.cfg.Version,
		Member: info.Member, Writable: info.Writable, Quorum: info.Quorum,
		LeaseMS: leaseLeft(n.lease.Load(), monotonic()),
	}
	for _, m := range info.Members {
		s.Members = append(s.Members, memberStatus(info.Now, &m))
	}
	return s, nil
}

func leaseLeft(until, now int64) int64 {
	if until == math.MaxInt64 {
		return -1 // there is nobody to ask
	}
	return max(0, until-now) / int64(time.Millisecond)
}

func memberStatus(now int64, m *consensus.MemberInfo) proto.MemberStatus {
	heard := int64(-1)
	if m.Heard > 0 {
		heard = max(0, now-m.Heard) / int64(time.Millisecond)
	}
	return proto.MemberStatus{ID: m.ID, HeardMS: heard, Links: m.Links, Suspect: m.Suspect, Applied: m.Applied}
}
