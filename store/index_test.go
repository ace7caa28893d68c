package store

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/bmizerany/assert"
)

// indexModel is an index of random watches, and what the glob of each means.
type indexModel struct {
	t       *testing.T
	r       *rand.Rand
	x       index
	watches []*Watch
	means   []*regexp.Regexp
	heard   int // watches that were told of a path
}

// TestIndexModel lets watches come and go, and holds those that hear of a path against those whose glob,
// looked at one after the other, matches it.
func TestIndexModel(t *testing.T) {
	for seed := range uint64(8) {
		m := &indexModel{t: t, r: rand.New(rand.NewPCG(seed, 7))}
		for idx := range int64(200) {
			switch n := len(m.watches); {
			case m.r.IntN(100) == 0:
				m.close(n)
			case m.r.IntN(3) == 0:
				m.close(m.r.IntN(n/20 + 2))
			default:
				m.open(m.r.IntN(10))
			}
			m.offer(idx)
			m.checkTree()
		}
		m.close(len(m.watches))
		assert.T(t, m.x.empty())
		assert.T(t, m.heard > 100, m.heard)
	}
}

// text is random text with which ok is content: of few letters, so that much is alike.
func (m *indexModel) text(alphabet []string, ok func(string) bool) string {
	for {
		text := "/"
		for range m.r.IntN(8) {
			text += alphabet[m.r.IntN(len(alphabet))]
		}
		if ok(text) {
			return text
		}
	}
}

func (m *indexModel) open(n int) {
	for range n {
		glob := m.text([]string{"a", "b", "a", "/", "/", "?", "*", "**"}, func(s string) bool {
			_, err := CompileGlob(s)
			return err == nil
		})
		w := &Watch{glob: mustGlob(m.t, glob)}
		m.x.add(w)
		m.watches, m.means = append(m.watches, w), append(m.means, toRegexp(glob))
	}
}

func (m *indexModel) close(n int) {
	for range min(n, len(m.watches)) {
		i := m.r.IntN(len(m.watches))
		m.x.remove(m.watches[i])
		m.watches, m.means = slices.Delete(m.watches, i, i+1), slices.Delete(m.means, i, i+1)
	}
}

// offer tells of a path, as slot idx; no watch may be told twice.
func (m *indexModel) offer(idx int64) {
	path := m.text([]string{"a", "b", "/"}, func(s string) bool { return s != "/" && CheckPath(s) == nil })
	m.x.offer(change{path: path, idx: idx})
	assert.Equal(m.t, change{}, m.x.search.change) // nothing of it is kept
	for i, w := range m.watches {
		var want []int64
		if m.means[i].MatchString(path) {
			want = []int64{idx}
			m.heard++
		}
		if !slices.Equal(want, w.found) {
			m.t.Fatalf("%s hears of %s: %v, want %v", w.glob, path, w.found, want)
		}
		w.found = nil
	}
}

// checkTree: each glob with a wildcard stands once, on its way; and at no place there is none.
func (m *indexModel) checkTree() {
	stand := map[*group]bool{}
	if m.x.root.group != nil {
		m.checkBranch(&m.x.root, "", stand)
	}
	wild := 0
	for tokens, g := range m.x.groups {
		assert.Equal(m.t, tokens, tokenize(g.glob.text))
		assert.T(m.t, len(g.watches) > 0 && stand[g] == g.wild(), tokens)
		if g.wild() {
			wild++
		}
	}
	assert.Equal(m.t, len(stand), wild)
}

func (m *indexModel) checkBranch(b *branch, way string, stand map[*group]bool) {
	assert.T(m.t, b.group != nil && !stand[b.group], way)
	stand[b.group] = true
	assert.T(m.t, strings.HasPrefix(tokenize(b.group.glob.text), way), b.group.glob, way)
	assert.Equal(m.t, len(b.keys), len(b.kids))
	for i, kid := range b.kids {
		assert.Equal(m.t, b.keys[i], kid.token)
		assert.T(m.t, b.kid(kid.token) == kid, "two of one token")
		m.checkBranch(kid, way+string([]byte{kid.token}), stand)
	}
}

// asked is how many globs were asked whether they match the path that was offered last.
func (x *index) asked() (n int) {
	var count func(b *branch)
	count = func(b *branch) {
		if b.turn >= x.search.begin {
			n++
		}
		for _, kid := range b.kids {
			count(kid)
		}
	}
	count(&x.root)
	return n
}

// TestIndexAsksFew: whether a change concerns them is asked of a few globs only, however many there are.
func TestIndexAsksFew(t *testing.T) {
	for _, c := range []struct {
		form, path string
		most       int
	}{
		{"/idle-%d/**", "/idle-77/x", 10},
		{"/bench/idle-%d-*", "/bench/idle-77", 16},
		{"/*/idle-%d/x", "/bench/idle-77/y", 12},
		{"/*idle-%d", "/bench/idle-77", 3},
		{"/x?idle-%d", "/x/idle-77", 3},
		{"/**/idle-%d", "/bench/idle-77/idle-78", 14},
		{"/**/idle-%d/**", "/bench/idle-77/x", 13},
	} {
		var x index
		for i := range 10_000 {
			x.add(&Watch{glob: mustGlob(t, fmt.Sprintf(c.form, i))})
		}
		x.offer(change{path: c.path})
		assert.T(t, x.asked() <= c.most, c.form, x.asked())
	}
}

// TestIndexGoesOneWayOnce: that stars can be passed in many ways must not cost more than one of them.
func TestIndexGoesOneWayOnce(t *testing.T) {
	var x index
	for n := range 60 {
		x.add(&Watch{glob: mustGlob(t, "/**"+strings.Repeat("a**", n))})
	}
	w := &Watch{glob: mustGlob(t, "/**"+strings.Repeat("a**", 60))}
	x.add(w)
	x.offer(change{path: "/" + strings.Repeat("a", 100), idx: 5})
	assert.Equal(t, []int64{5}, w.found)
	assert.T(t, cap(x.search.here)+cap(x.search.next) < 1000)
}
