package main

import (
	"errors"
	"fmt"
	"testing"

	"github.com/bmizerany/assert"
)

// A change is refused if it leaves fewer than a majority alive, and no sooner.
func TestQuorumCheck(t *testing.T) {
	for _, c := range []struct {
		members, alive int
		refused        bool
	}{
		{0, 0, true}, {1, 0, true}, {1, 1, false},
		{2, 1, true}, {2, 2, false},
		{3, 1, true}, {3, 2, false},
		{4, 2, true}, {4, 3, false},
		{5, 2, true}, {5, 3, false},
	} {
		var after []*node
		for i := range c.members {
			after = append(after, &node{ID: fmt.Sprint(i), Answers: i < c.alive})
		}
		ch := &changing{cluster: &cluster{}}
		assert.Equal(t, c.refused, errors.Is(ch.check(after), errRefused), c)
		ch.force = true
		assert.Equal(t, c.members == 0, ch.check(after) != nil, c)
	}
}
