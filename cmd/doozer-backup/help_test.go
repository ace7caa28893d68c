package main

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/bmizerany/assert"
)

// Every verb explains itself on one screen, with an example, and says that it has flags if it does.
func TestHelp(t *testing.T) {
	t.Setenv("DOOZER_URI", "")
	for _, v := range verbs() {
		var out bytes.Buffer
		assert.Equal(t, 0, run(context.Background(), []string{"help", v.name}, nil, &out, &out))
		text := out.String()
		assert.T(t, strings.HasPrefix(text, "doozer-backup "+v.name), text)
		assert.T(t, strings.Contains(text, "\n    $ doozer-backup "+v.name), text)
		assert.Equal(t, strings.Contains(text, "\nFlags:\n"), strings.Contains(text, "[flags]"), text)
		lines := strings.Split(text, "\n")
		assert.T(t, len(lines) <= 44, v.name, len(lines))
		for _, line := range lines {
			assert.T(t, utf8.RuneCountInString(line) <= 80, line)
		}
	}
}
