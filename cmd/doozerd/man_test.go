package main

import (
	"bytes"
	"os"
	"testing"

	"github.com/bmizerany/assert"
)

// The manual page in the repository is that of these texts ("make man"), and is
// what doozerd prints for it.
func TestManPage(t *testing.T) {
	page, err := os.ReadFile("../../doc/man/doozerd.8")
	assert.Equal(t, nil, err)
	assert.T(t, manPage() == string(page), `doc/man/doozerd.8 is stale: "make man" makes it`)
	var out bytes.Buffer
	assert.Equal(t, 0, run(t.Context(), []string{manArg}, &out, nil))
	assert.Equal(t, string(page), out.String())
}
