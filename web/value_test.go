package web

import (
	"testing"

	"github.com/ha/doozer/store"
)

// The pure functions of value.js, in a browser.
func TestValueFunctions(t *testing.T) {
	w := newWriter(t, store.Config{})
	_, url := start(t, Config{Store: w.Store})
	b := browse(t, url)
	for _, c := range []struct {
		expr string
		exp  any
	}{
		{`printable("")`, []any{}},
		{`printable("plain <b>")`, []any{[]any{"plain <b>", false}}},
		{`printable("a\nb\t\r")`, []any{[]any{"a", false}, []any{"↵", true}, []any{"b", false}, []any{"→", true}, []any{`\r`, true}}},
		{`printable("a\nb\u0085", "\n")`, []any{[]any{"a", false}, []any{"\n", false}, []any{"b", false}, []any{`\x85`, true}}},
		{`printable("\u202e👩‍👧 é")`, []any{[]any{`\u202e`, true}, []any{"👩‍👧 é", false}}},
		{`[0, 1023, 1024, 1536, 1 << 20].map(size)`, []any{"0 B", "1023 B", "1.0 KiB", "1.5 KiB", "1.0 MiB"}},
		{`hexDump(new Uint8Array([0, 65, 255]))`, "000000  00 41 ff                                         ·A·"},
		{`hexDump(new Uint8Array(17)).split("\n").length`, 2.0},
		{`hexDump(new Uint8Array(66560)).split("\n").slice(-1)`, []any{"and 1.0 KiB more"}},
	} {
		b.until(`import("/static/value.js").then(({ printable, size, hexDump }) => `+c.expr+`)`, c.exp)
	}
	b.assertClean(url)
}
