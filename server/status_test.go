package server

import (
	"context"
	"encoding/json"
	"testing"

	"github.com/bmizerany/assert"
	"github.com/ha/doozer/proto"
)

func TestStatus(t *testing.T) {
	h := start(t, func(cfg *Config) {
		cfg.Status = func(context.Context) (*proto.Status, error) { return &proto.Status{ID: "me", Member: true}, nil }
	})
	h.node.write(t, set(t, "/a", ""))
	c := dial(t, h)
	c.send(a(checkin).path("s").rev(0))
	c.expect("flags 3")
	c.send(a(proto.Request_STATUS).tag(9).path("/ bad").rev(-7))
	r := c.recv()
	assert.T(t, r.GetTag() == 9 && r.GetFlags() == 3, show(r))
	var s proto.Status
	assert.Equal(t, nil, json.Unmarshal(r.Value, &s))
	assert.Equal(t, proto.Status{ID: "me", Member: true, Rev: 2, Applied: 2, FirstKept: 1, Sessions: 1, Clients: 1}, s)
}
