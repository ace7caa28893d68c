package peer

import (
	"fmt"
	"testing"

	"github.com/bmizerany/assert"

	"github.com/ha/doozer/consensus"
)

// sight is a minute's worth of a test's Info: who has how many links.
func sight(now int64, links ...int) *consensus.Info {
	info := &consensus.Info{Now: now, Quorum: len(links)/2 + 1}
	for i, n := range links {
		info.Members = append(info.Members, consensus.MemberInfo{ID: string(rune('a' + i)), Links: n})
	}
	return info
}

// lookOn has self look on every tick from 1 on, and returns who was to be
// removed when.
func lookOn(self string, ticks int64, links func(now int64) []int) string {
	w := watchman{self: self, timeout: 100, every: 1}
	out := ""
	for now := int64(1); now <= ticks; now++ {
		for _, id := range w.look(sight(now, links(now)...)) {
			out += fmt.Sprint(id, now, " ")
		}
	}
	return out
}

func always(links ...int) func(int64) []int { return func(int64) []int { return links } }

func TestWatchman(t *testing.T) {
	assert.Equal(t, "", lookOn("a", 300, always(3, 3, 3)))
	// The lowest first, the next one later, and again while it is a member.
	assert.Equal(t, "c101 c201 ", lookOn("a", 300, always(2, 2, 1)))
	assert.Equal(t, "c126 c251 ", lookOn("b", 300, always(2, 2, 1)))
	assert.Equal(t, "a101 ", lookOn("b", 150, always(1, 2, 2)))
	// A single cut link, between b and c: both have a majority.
	assert.Equal(t, "", lookOn("b", 300, always(3, 2, 2)))
	// Who has no majority itself removes nobody; nor does who is no member.
	assert.Equal(t, "", lookOn("c", 300, always(2, 2, 1)))
	assert.Equal(t, "", lookOn("z", 300, always(2, 2, 1)))
	assert.Equal(t, "", lookOn("a", 300, always(1)))
	assert.Equal(t, "d101 e101 ", lookOn("a", 150, always(3, 3, 3, 1, 1)))
	// Heard again in time.
	assert.Equal(t, "", lookOn("a", 300, func(now int64) []int {
		if now%90 == 0 {
			return []int{3, 3, 3}
		}
		return []int{2, 2, 1}
	}))
}

// A node that was asleep itself holds that against nobody.
func TestWatchmanSlept(t *testing.T) {
	w := watchman{self: "a", timeout: 100, every: 1}
	assert.Equal(t, 0, len(w.look(sight(1, 2, 2, 1))))
	assert.Equal(t, 0, len(w.look(sight(1000, 2, 2, 1))))
	assert.Equal(t, 0, len(w.look(sight(1001, 2, 2, 1))))
}
