package examples

import (
	"testing"

	"github.com/bmizerany/assert"
)

func TestSteps(t *testing.T) {
	page := "Text:\n\n    make build\n\n    $ a\n    $ b &\n    one\n\n    two\n\nText.\n\n    not shown\n"
	assert.Equal(t, []step{{"a", ""}, {"b &", "one\n\ntwo\n\n"}}, steps(page))
}

// What a page shows is the same as what is shown, but for revisions, which are held
// against one another.
func TestMatch(t *testing.T) {
	for _, c := range []struct {
		page, output string
		ok           bool
	}{
		{"a\n\nb", "a\n\nb\n", true},
		{"a\nb", "b", false},
		{"a …c", "a b c", true},
		{"a …c", "a b\nc", false},
		{"a\n…\nc", "a\nb\nb\nc", true},
		{"", "", true},
		{"", "error", false},
		{"127.0.0.1:8046", "127.0.0.1:8047", false},
		{"rev 20000", "rev 17", true},
		{"20000 30000 20000", "17 18 17", true},
		{"20000 30000 20000", "17 18 18", false},
		{"20000 30000", "18 17", false},
		{"20000 30000", "17 17", false},
		{"10000", "5", true},
		{"10000", "6", false},
	} {
		revs := numbers{10000: 5}
		err := revs.match(c.page, c.output)
		assert.Equal(t, c.ok, err == nil, c.page, c.output, err)
		if !c.ok {
			assert.Equal(t, numbers{10000: 5}, revs)
		}
	}
	assert.Equal(t, "change -r 5 x=20000", numbers{10000: 5}.typed("change -r 10000 x=20000"))
}
