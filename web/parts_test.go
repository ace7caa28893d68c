package web

import (
	"bufio"
	"bytes"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/bmizerany/assert"
	"github.com/ha/doozer/store"
)

// Applying batches gives the tree that applying each event would.
func TestBatchAgainstEachEvent(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		one := &page{tree: map[string]string{}}
		batched := &page{tree: map[string]string{}}
		var buf bytes.Buffer
		out := frames{write: func(p []byte) error { buf.Write(p); return nil }}
		b := newBatch(0)
		for seqn := int64(1); seqn <= 60; seqn++ {
			ev := store.Event{Seqn: seqn, Path: fmt.Sprintf("/%d", rnd.IntN(5)), Value: []byte("v"), Rev: seqn}
			if rnd.IntN(3) == 0 {
				ev.Del, ev.Value, ev.Rev = true, nil, store.Missing
				one.apply([]file{{Path: ev.Path, Del: true}})
			} else {
				one.apply([]file{newFile(ev.Path, ev.Value, ev.Rev)})
			}
			b.add([]store.Event{ev})
			if rnd.IntN(8) == 0 || seqn == 60 {
				assert.Equal(t, nil, out.changes(b.changes))
				assert.Equal(t, nil, out.rev(b.rev, "e"))
				b.reset()
			}
		}
		batched.reader = reader{in: bufio.NewReader(&buf)}
		for batched.commit() == nil {
		}
		assert.Equal(t, one.tree, batched.tree)
		assert.Equal(t, "60", batched.rev)
	}
}

// A revision of several changes counts when its last one is in.
func TestBatchCountsWholeRevisions(t *testing.T) {
	b := newBatch(6)
	b.add([]store.Event{{Seqn: 7, Path: "/a", More: true}})
	assert.Equal(t, int64(6), b.rev)
	b.add([]store.Event{{Seqn: 7, Path: "/b"}})
	assert.Equal(t, int64(7), b.rev)
	assert.Equal(t, 2, len(b.changes))
}

func TestDeletionsComeFirst(t *testing.T) {
	var buf bytes.Buffer
	out := frames{write: func(p []byte) error { buf.Write(p); return nil }}
	err := out.changes([]store.Event{{Path: "/a", Rev: 9}, {Path: "/a/b", Del: true}})
	assert.Equal(t, nil, err)
	assert.Equal(t, nil, out.flush())
	assert.Equal(t, "event: files\ndata: [{\"path\":\"/a/b\",\"del\":true},\ndata: {\"path\":\"/a\",\"rev\":9,\"text\":\"\"}]\n\n", buf.String())
}

func TestPreview(t *testing.T) {
	euro := strings.Repeat("€", 100)
	for _, c := range []struct {
		value, exp string
		text       bool
	}{
		{"", "", true},
		{"hello\n", "hello\n", true},
		{"<b>\"&'", "<b>\"&'", true},
		{strings.Repeat("x", 201), strings.Repeat("x", 200), true},
		{euro, euro[:198], true}, // the 67th is cut through
		{"\x00", "00", false},
		{"a\x1bb", "611b62", false},
		{"ok\xff", "6f6bff", false},
		{"\xe2\x82", "e282", false}, // half a character is not text
		{strings.Repeat("\xff", 300), strings.Repeat("ff", 200), false},
		{strings.Repeat("\x80", 300), strings.Repeat("80", 200), false},
	} {
		text, hexa := preview([]byte(c.value))
		if c.text {
			assert.T(t, text != nil && hexa == nil, c.value)
			assert.Equal(t, c.exp, *text)
		} else {
			assert.T(t, text == nil && hexa != nil, c.value)
			assert.Equal(t, c.exp, *hexa)
		}
	}
}

func FuzzPreview(f *testing.F) {
	f.Add([]byte("hello"))
	f.Add([]byte(strings.Repeat("€", 100)))
	f.Add([]byte{0xff, 0})
	f.Fuzz(func(t *testing.T, value []byte) {
		text, hexa := preview(value)
		assert.T(t, (text == nil) != (hexa == nil))
		if text != nil {
			assert.T(t, utf8.ValidString(*text) && bytes.HasPrefix(value, []byte(*text)))
			assert.T(t, len(*text) == len(value) || len(*text) > previewLen-utf8.UTFMax && len(*text) <= previewLen)
		} else {
			assert.Equal(t, fmt.Sprintf("%x", value[:min(len(value), previewLen)]), *hexa)
		}
	})
}
