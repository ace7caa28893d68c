package peer

import (
	"testing"

	"github.com/bmizerany/assert"
)

// A new cluster has the revisions from 1 on, and an id of its own.
func TestBoot(t *testing.T) {
	var ids []string
	for range 2 {
		o, err := bootWith(t.Context(), nil)
		assert.Equal(t, nil, err)
		v := o.st.View()
		assert.Equal(t, []entry{{"/ctl/cal/0", 6}, {"/ctl/id", 5}, {"/ctl/name", 4},
			{"/ctl/node/addr", 1}, {"/ctl/node/hostname", 2}, {"/ctl/node/version", 3}}, entries(t, v))
		assert.Equal(t, int64(6+512), v.Applied())
		id, _ := v.Get(idPath)
		assert.T(t, validID(string(id)))
		ids = append(ids, string(id), o.state.Configs[0].Members[0])
	}
	assert.NotEqual(t, ids[0], ids[2])
	assert.NotEqual(t, ids[0], ids[1])
}
