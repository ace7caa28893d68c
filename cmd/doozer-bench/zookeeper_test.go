package main

import (
	"testing"

	"github.com/bmizerany/assert"
)

func TestParseMode(t *testing.T) {
	assert.Equal(t, "leader", parseMode("Zookeeper version: 3.8.0\nOutstanding: 0\nMode: leader\nNode count: 5\n"))
	assert.Equal(t, "", parseMode("This ZooKeeper instance is not currently serving requests\n"))
}
