package store

import "bytes"

// branch is a place in a tree of globs. The tokens that lead to it are those that all globs at it and
// behind it begin with. A glob stands at the first place on its way that it finds free, not at the end of
// the way: so there are as many places as globs, and a path that comes by asks the glob itself.
type branch struct {
	group *group // nil at the root of an empty tree only
	token byte   // the last one that leads here
	keys  []byte // the tokens that lead on; kids[i] lies behind keys[i]
	kids  []*branch
	turn  uint64 // when a search was here last
}

func (b *branch) kid(token byte) *branch {
	if i := bytes.IndexByte(b.keys, token); i >= 0 {
		return b.kids[i]
	}
	return nil
}

// put finds a place for g, whose tokens begin with those that lead to b.
func (b *branch) put(g *group, tokens string) {
	for depth := 0; b.group != nil; depth++ {
		if depth == len(tokens) { // g can go no further, so whoever stands here can
			b.group, g = g, b.group
			tokens = tokenize(g.glob.text)
		}
		next := b.kid(tokens[depth])
		if next == nil {
			next = &branch{token: tokens[depth]}
			b.keys, b.kids = append(b.keys, next.token), append(b.kids, next)
		}
		b = next
	}
	b.group = g
}

// take takes away g, which stands at b or behind it. tokens are those that lead there from b.
func (b *branch) take(g *group, tokens string) {
	if b.group == g {
		b.group = b.pull()
		return
	}
	i := bytes.IndexByte(b.keys, tokens[0])
	kid := b.kids[i]
	if kid.take(g, tokens[1:]); kid.group == nil {
		b.drop(i)
	}
}

// pull takes a glob from behind b, to stand at b. It is nil if there is none.
func (b *branch) pull() (g *group) {
	last := len(b.kids) - 1
	if last < 0 {
		return nil
	}
	kid := b.kids[last]
	g = kid.group
	if kid.group = kid.pull(); kid.group == nil {
		b.drop(last)
	}
	return g
}

// drop removes kid i, at which nothing stands, and so behind which there is nothing.
func (b *branch) drop(i int) {
	last := len(b.kids) - 1
	b.keys[i], b.kids[i] = b.keys[last], b.kids[last]
	b.kids[last] = nil
	b.keys, b.kids = b.keys[:last], b.kids[:last]
}
