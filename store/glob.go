package store

import (
	"fmt"
	"strings"
)

// Glob is a compiled pattern of paths: "?" matches one character of a name, "*"
// any number of characters of one name, "**" any number of characters across
// names. "/**" matches every file. A Glob is immutable; the zero Glob matches nothing.
type Glob struct {
	text   string
	prefix string // up to the first wildcard
	rest   *nfa   // what comes after; nil if nothing does
	all    bool   // what comes after is "**"
}

// CompileGlob compiles a pattern of MaxPath bytes at most. Its error wraps ErrBadPath.
func CompileGlob(pattern string) (Glob, error) {
	if len(pattern) > MaxPath {
		return Glob{}, fmt.Errorf("%w: a glob of %d bytes, at most %d", ErrBadPath, len(pattern), MaxPath)
	}
	if pattern != "/" && !wellFormed(pattern, isGlobByte) {
		return Glob{}, fmt.Errorf("%w: glob %.80q", ErrBadPath, pattern)
	}
	return compile(pattern), nil
}

// compile compiles any text of bytes that a glob may hold.
func compile(pattern string) Glob {
	g := Glob{text: pattern, prefix: pattern}
	if i := strings.IndexAny(pattern, "?*"); i >= 0 {
		g.prefix = pattern[:i]
		g.rest = newNFA(pattern[i:])
		g.all = len(pattern)-i >= 2 && strings.Trim(pattern[i:], "*") == ""
	}
	return g
}

func isGlobByte(c byte) bool { return c == '?' || c == '*' || isNameByte(c) }

// String is the pattern.
func (g Glob) String() string { return g.text }

// Match reports whether path, the whole of it, matches.
func (g Glob) Match(path string) bool {
	if !strings.HasPrefix(path, g.prefix) || g.text == "" {
		return false
	}
	text := path[len(g.prefix):]
	if g.rest == nil || g.all {
		return g.all || text == ""
	}
	var few [4]uint64
	set := few[:]
	if g.rest.words > len(few) {
		set = make([]uint64, g.rest.words)
	}
	set = set[:g.rest.words]
	g.rest.start(set)
	return g.rest.step(set, text) && g.rest.accepts(set)
}
