package peer

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/bmizerany/assert"

	"github.com/ha/doozer/store"
)

func names(over []sighting) string {
	var list []string
	for _, s := range over {
		list = append(list, fmt.Sprint(s.name, s.rev))
	}
	return strings.Join(list, " ")
}

func TestSessionsExpire(t *testing.T) {
	s := newSessions()
	s.saw("a", life{1, 0, 10})
	s.saw("b", life{2, 5, 10})
	s.saw("a", life{3, 6, 10})
	s.saw("c", life{4, 7, 10})
	s.saw("d", life{5, 7, 10})
	s.ended("c")
	assert.Equal(t, "", names(s.expired(9, 10, 0, 9)))
	assert.Equal(t, "b2", names(s.expired(15, 10, 0, 9)))
	assert.Equal(t, "a3", names(s.expired(20, 10, 0, 1)))
	assert.Equal(t, "d5", names(s.expired(20, 10, 0, 9)))
	s.ended("a")
	assert.Equal(t, "b2", names(s.expired(25, 10, 0, 9)), "again, since it is still there")
	s.anew(26)
	assert.Equal(t, "", names(s.expired(35, 10, 0, 9)))
	assert.T(t, len(s.expired(36, 10, 0, 9)) == 2)
}

// A session has the longer one of the lease under which it was prolonged and of the present one.
func TestSessionsOfAnotherLease(t *testing.T) {
	s := newSessions()
	s.saw("a", life{1, 0, 100})
	s.saw("b", life{2, 5, 10})
	assert.Equal(t, "", names(s.expired(50, 10, 0, 9)))
	assert.Equal(t, "a1 b2", names(s.expired(100, 10, 0, 9)))
	s.ended("a")
	assert.Equal(t, "", names(s.expired(120, 30, 0, 9)))
	assert.Equal(t, "b2", names(s.expired(130, 30, 0, 9)))
}

// A random history against the plain account: nobody expires before it was silent for the
// wait, and everybody does soon after.
func TestSessionsRandom(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	s, last := newSessions(), map[string]int64{}
	const wait = 30
	expired := 0
	for now := int64(1); now < 20_000; now++ {
		for range r.IntN(3) {
			name := fmt.Sprint(r.IntN(40))
			if r.IntN(8) == 0 {
				s.ended(name)
				delete(last, name)
			} else if r.IntN(3) > 0 || last[name] == 0 {
				s.saw(name, life{now, now, wait})
				last[name] = now
			}
		}
		if r.IntN(500) == 0 {
			s.anew(now)
			for name := range last {
				last[name] = now
			}
		}
		for _, o := range s.expired(now, wait, 0, 1000) {
			expired++
			assert.T(t, now-last[o.name] >= wait, o, now)
			s.ended(o.name)
			delete(last, o.name)
		}
		for name, seen := range last {
			assert.T(t, now-seen < wait, name)
		}
		assert.T(t, len(s.queue) < 40*wait*3, len(s.queue))
	}
	assert.T(t, expired > 100, expired)
}

func TestLeavings(t *testing.T) {
	st, err := store.New(store.Config{})
	assert.Equal(t, nil, err)
	at := int64(0)
	put := func(path, value string) {
		at++
		m, err := store.EncodeSet(path, []byte(value), store.Clobber)
		assert.Equal(t, nil, err)
		assert.Equal(t, []error{nil}, st.Apply([]store.Entry{{Seqn: at, Mutation: m}}, at, nil))
	}
	for _, session := range []string{"s", "t"} {
		for i := range 5 {
			put(fmt.Sprintf("/e/%s%d", session, i), "")
			put(fmt.Sprintf("/ctl/link/e/%s%d", session, i), session)
			put(fmt.Sprintf("/lock/%s%d", session, i), session)
		}
	}
	put("/ctl/link/nothing", "s")
	put("/d/x", "")
	put("/ctl/link/d", "s") // to a directory
	put("/elsewhere", "s")
	put("/lock/other", "s ")
	ended := map[string]int64{"s": 1}
	rounds := 0
	for {
		writes, all, err := leavings(st.View(), ended, 3)
		assert.T(t, all == (len(writes) < 3) || len(writes) == 3, all)
		assert.Equal(t, nil, err)
		if len(writes) == 0 {
			break
		}
		assert.T(t, len(writes) <= 3, len(writes))
		rounds++
		for _, m := range writes {
			at++
			assert.Equal(t, []error{nil}, st.Apply([]store.Entry{{Seqn: at, Mutation: m}}, at, nil))
		}
	}
	assert.T(t, rounds >= 4, rounds)
	var left []string
	g, _ := store.CompileGlob("/**")
	st.View().Walk(g, func(path string, value []byte, _ int64) bool {
		if strings.Contains(path, "s") || string(value) == "s" {
			left = append(left, path)
		}
		return true
	})
	assert.Equal(t, "[/elsewhere]", fmt.Sprint(left))
	n, _ := st.View().Stat("/e")
	assert.Equal(t, 5, n)
}

func TestCodes(t *testing.T) {
	for _, err := range []error{nil, store.ErrRevMismatch, store.ErrIsDir, store.ErrNotDir, store.ErrBadPath, store.ErrBadMutation} {
		assert.Equal(t, err, errorOf(codeOf(err)))
		if err != nil {
			for _, step := range []int{0, 1, 127} {
				got := errorOf(codeOf(&store.StepError{Step: step, Err: err}))
				assert.Equal(t, &store.StepError{Step: step, Err: err}, got)
			}
		}
	}
	for _, code := range []int32{-1, -1 << 31, 1<<31 - 1} {
		assert.T(t, errorOf(code) != nil)
	}
}

func TestConcernsVoters(t *testing.T) {
	for path, want := range map[string]bool{
		"/ctl/cal/0": true, "/ctl/node/A/addr": true, "/ctl/sess/s": false, "/ctl/link/a": false, "/a": false, "/cal/node": false,
	} {
		m, err := store.EncodeSet(path, nil, 0)
		assert.Equal(t, nil, err)
		assert.Equal(t, want, concernsVoters(m), path)
		m, err = store.EncodeTxn([]store.Step{{Kind: store.Check, Path: "/x"}, {Kind: store.Del, Path: path}})
		assert.Equal(t, nil, err)
		assert.Equal(t, want, concernsVoters(m), path)
	}
}

// However long a node sleeps, it counts little; and however late it looks each time, time goes on.
func TestWakeClock(t *testing.T) {
	var c wakeClock
	c.look(1000, 100)
	assert.Equal(t, int64(0), c.now)
	c.look(1040, 100)
	assert.Equal(t, int64(40), c.now)
	c.look(1_000_000_000, 100)
	assert.Equal(t, int64(140), c.now)
	c.look(999_999_000, 100)
	assert.Equal(t, int64(140), c.now)
	for i := range int64(10) {
		c.look(2_000_000_000+i*1000, 100)
	}
	assert.Equal(t, int64(1140), c.now)
}
