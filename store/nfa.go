package store

import "strings"

// nfa matches one pattern of literals, "?", "*" and "**" in time proportional to
// the text, whatever the pattern: all its states go forward at once, a bit each.
// State i stands for: the tokens before number i are matched. Immutable.
type nfa struct {
	tokens int
	words  int         // 64 states each
	row    [128]uint16 // a byte's row in literal
	bits   []uint64    // row r, word w: the states whose token is the byte of row r, at r*words+w
	one    []uint64    // the states whose token is "?"
	star   []uint64    // "*"
	double []uint64    // "**"
}

func newNFA(pattern string) *nfa {
	tokens := tokenize(pattern)
	m := &nfa{tokens: len(tokens), words: len(tokens)/64 + 1}
	m.bits = make([]uint64, m.words) // row 0: bytes that the pattern does not name
	m.one, m.star, m.double = make([]uint64, m.words), make([]uint64, m.words), make([]uint64, m.words)
	for i := range len(tokens) {
		set := m.one
		switch t := tokens[i]; t {
		case tokenOne:
		case tokenStar:
			set = m.star
		case tokenDouble:
			set = m.double
		default:
			set = m.literal(t)
		}
		set[i/64] |= 1 << (i % 64)
	}
	return m
}

// literal is the row of a byte, made if it is new.
func (m *nfa) literal(c byte) []uint64 {
	if m.row[c] == 0 {
		m.row[c] = uint16(len(m.bits) / m.words)
		m.bits = append(m.bits, make([]uint64, m.words)...)
	}
	at := int(m.row[c]) * m.words
	return m.bits[at : at+m.words]
}

// The tokens of a pattern are bytes: those that stand for themselves, and these.
const (
	tokenOne    = '?'
	tokenStar   = '*'
	tokenDouble = 0xff // no byte of a path
)

// tokenize joins stars that stand next to each other: as many as three are "**".
func tokenize(pattern string) (tokens string) {
	if !strings.Contains(pattern, "**") {
		return pattern
	}
	b := make([]byte, 0, len(pattern))
	for i := range len(pattern) {
		if c := pattern[i]; c == tokenStar && i > 0 && pattern[i-1] == tokenStar {
			b[len(b)-1] = tokenDouble
		} else {
			b = append(b, c)
		}
	}
	return string(b)
}

// start puts set, of m.words words, into the state before any text.
func (m *nfa) start(set []uint64) {
	clear(set)
	set[0] = 1 | (m.star[0]|m.double[0])&1<<1
}

// step moves set over text, and reports whether any state is left.
func (m *nfa) step(set []uint64, text string) bool {
	for i := 0; i < len(text); i++ {
		if m.stepByte(set, text[i]) == 0 {
			return false
		}
	}
	return true
}

func (m *nfa) stepByte(set []uint64, c byte) (left uint64) {
	row := 0
	if c < 128 {
		row = int(m.row[c]) * m.words
	}
	inName := ^uint64(0) // a mask for what only matches within a name
	if c == '/' {
		inName = 0
	}
	var moved, skipped uint64 // bits that go over from the word below
	for w, now := range set {
		move := now & (m.bits[row+w] | m.one[w]&inName)
		next := move<<1 | moved | now&(m.double[w]|m.star[w]&inName) | skipped
		skip := next & (m.double[w] | m.star[w]) // a star may match nothing; two never adjoin
		next |= skip << 1
		moved, skipped = move>>63, skip>>63
		set[w] = next
		left |= next
	}
	return left
}

// accepts reports whether set holds the state behind the last token.
func (m *nfa) accepts(set []uint64) bool {
	return set[m.tokens/64]>>(m.tokens%64)&1 == 1
}
