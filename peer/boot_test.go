package peer

import (
	"log/slog"
	"testing"

	"github.com/bmizerany/assert"
)

// A new cluster has the revisions from 1 on, and an id of its own.
func TestBoot(t *testing.T) {
	cfg, err := Config{Addr: "127.0.0.1:8046", Alpha: 512, Log: slog.New(slog.DiscardHandler)}.withDefaults()
	assert.Equal(t, nil, err)
	me := &identity{id: newID(), cluster: cfg.Cluster, alpha: cfg.Alpha, addr: cfg.Addr}
	var ids []string
	for range 2 {
		o, err := boot(&cfg, me)
		assert.Equal(t, nil, err)
		v := o.st.View()
		for i, path := range []string{nodePath(me.id, "addr"), nodePath(me.id, "hostname"), nodePath(me.id, "version"),
			namePath, idPath, calPath("0")} {
			_, rev := v.Get(path)
			assert.Equal(t, int64(i+1), rev)
		}
		assert.Equal(t, int64(6+512), v.Applied())
		id, _ := v.Get(idPath)
		assert.T(t, validID(string(id)))
		ids = append(ids, string(id), me.id)
	}
	assert.NotEqual(t, ids[0], ids[2])
	assert.NotEqual(t, ids[0], ids[1])
}
