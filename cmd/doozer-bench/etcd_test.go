package main

import (
	"testing"

	"github.com/bmizerany/assert"
	"go.etcd.io/etcd/server/v3/embed"
)

func TestEtcdPlan(t *testing.T) {
	members, err := etcdPlan(t.TempDir(), true)
	assert.Equal(t, nil, err)
	assert.Equal(t, etcdMembers, len(members))
	seen := make(map[string]bool)
	for i := range members {
		m := &members[i]
		cfg := m.config()
		assert.Equal(t, nil, cfg.Validate())
		assert.T(t, cfg.UnsafeNoFsync)
		assert.Equal(t, members[0].Initial, cfg.InitialCluster)
		assert.Equal(t, embed.ClusterStateFlagNew, cfg.ClusterState)
		for _, one := range []string{m.Dir, m.Client, m.Peer} {
			assert.T(t, !seen[one], one)
			seen[one] = true
		}
	}
	members[0].Again = true
	assert.Equal(t, embed.ClusterStateFlagExisting, members[0].config().ClusterState)
}
