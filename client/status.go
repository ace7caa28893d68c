package client

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/ha/doozer/proto"
)

// Status is what a node says of itself, and what it knows of the members.
type Status = proto.Status

// MemberStatus is what a node knows of a member.
type MemberStatus = proto.MemberStatus

// Status asks the node that the client is connected to how it is. It needs no majority. To ask
// one certain node, use a client that is Pinned.
func (c *Client) Status(ctx context.Context) (*Status, error) {
	r, err := c.do(ctx, c.call(proto.Request_STATUS))
	if err != nil {
		return nil, err
	}
	s := new(Status)
	if err := json.Unmarshal(r.value, s); err != nil {
		return nil, fmt.Errorf("status: %w", err)
	}
	return s, nil
}
