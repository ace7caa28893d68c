package peer

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/bmizerany/assert"

	"github.com/ha/doozer/consensus"
	"github.com/ha/doozer/store"
)

func mustSet(t *testing.T, path, value string) []byte {
	t.Helper()
	m, err := store.EncodeSet(path, []byte(value), store.Clobber)
	assert.Equal(t, nil, err)
	return m
}

func mustDel(t *testing.T, path string) []byte {
	t.Helper()
	m, err := store.EncodeDel(path, store.Clobber)
	assert.Equal(t, nil, err)
	return m
}

func newStore(t *testing.T, history int) *store.Store {
	t.Helper()
	st, err := store.New(store.Config{History: history})
	assert.Equal(t, nil, err)
	return st
}

func TestVoters(t *testing.T) {
	a, b, c := "AAAAAAAAAAAAAAAA", "BBBBBBBBBBBBBBBB", "CCCCCCCCCCCCCCCC"
	st := newStore(t, 0)
	for i, m := range [][]byte{
		mustSet(t, calPath("0"), b), mustSet(t, calPath("1"), a), mustSet(t, calPath("2"), a),
		mustSet(t, calPath("3"), ""), mustSet(t, calPath("4"), c), mustSet(t, calPath("5"), "a-typo"),
		mustSet(t, calPath("dir/6"), c), mustSet(t, nodePath(a, "addr"), "x"), mustSet(t, nodePath(b, "addr"), "y"),
		mustSet(t, nodePath(c, "addr"), ""), mustSet(t, nodePath("a-typo", "addr"), "z"),
	} {
		assert.Equal(t, []error{nil}, st.Apply([]store.Entry{{Seqn: int64(i + 1), Mutation: m}}, int64(i+1), nil))
	}
	assert.Equal(t, []string{a, b}, voters(st.View()))
	assert.Equal(t, 0, len(voters(newStore(t, 0).View())))
}

// The applier against a dumb twin, that applies one seqn at a time and looks
// after each: the same results, tree and changes, however short the history.
func TestApplierTwin(t *testing.T) {
	rnd := rand.New(rand.NewPCG(5, 6))
	ids := []string{"AAAAAAAAAAAAAAAA", "BBBBBBBBBBBBBBBB", "CCCCCCCCCCCCCCCC", ""}
	mutation := func() []byte {
		id := ids[rnd.IntN(len(ids)-1)]
		switch rnd.IntN(8) {
		case 0:
			return mustSet(t, calPath(fmt.Sprint(rnd.IntN(3))), ids[rnd.IntN(len(ids))])
		case 1:
			return mustSet(t, nodePath(id, "addr"), "somewhere")
		case 2:
			return mustDel(t, nodePath(id, "addr"))
		case 3:
			return []byte("no mutation")
		case 4:
			return store.EncodeNop()
		}
		return mustSet(t, "/other", "x")
	}
	for range 100 {
		applied := int64(0)
		changed := make(chan struct{}, 1)
		a := applier{st: newStore(t, 1), changed: changed}
		twin := newStore(t, 0)
		last := fmt.Sprint(voters(twin.View()))
		for range 20 {
			var entries []consensus.Entry
			var codes []int32
			exp := ""
			for range rnd.IntN(6) {
				applied += 1 + rnd.Int64N(3)
				m := mutation()
				entries = append(entries, consensus.Entry{Seqn: applied, Value: m})
				codes = append(codes, codeOf(twin.Apply([]store.Entry{{Seqn: applied, Mutation: m}}, applied, nil)[0]))
				if now := fmt.Sprint(voters(twin.View())); now != last {
					last = now
					exp += fmt.Sprintln(applied, now)
				}
			}
			applied += rnd.Int64N(2)
			got, changes := a.apply(entries, applied)
			assert.Equal(t, fmt.Sprint(codes), fmt.Sprint(got))
			act := ""
			for _, c := range changes {
				act += fmt.Sprintln(c.From, c.Members)
			}
			assert.Equal(t, exp, act)
			assert.Equal(t, applied, a.st.View().Applied())
		}
	}
}
