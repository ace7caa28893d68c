package store

// search goes through a tree of globs with a path: as an nfa does, in all branches at once that the path's
// bytes up to here lead to.
type search struct {
	change change
	turn   uint64    // counts the bytes of all paths
	begin  uint64    // the turn before the first byte of this one
	here   []*branch // those that lead on
	next   []*branch
}

// offer tells the watches behind root that match of a change.
func (s *search) offer(root *branch, c change) {
	if root.group == nil {
		return
	}
	s.turn++
	s.change, s.begin = c, s.turn
	s.enter(root)
	for i := 0; i < len(c.path) && len(s.next) > 0; i++ {
		s.step(c.path[i])
	}
	s.next, s.change = s.next[:0], change{}
}

func (s *search) step(c byte) {
	s.turn++
	s.here, s.next = s.next, s.here[:0]
	for _, b := range s.here {
		if b.token == tokenDouble || b.token == tokenStar && c != '/' {
			s.enter(b)
		}
		s.enter(b.kid(c))
		if c != '/' {
			s.enter(b.kid(tokenOne))
		}
	}
}

// enter comes to b, if to any, and to what lies behind stars, which may match nothing. What it has come to
// before with this path has been asked already.
func (s *search) enter(b *branch) {
	if b == nil || b.turn == s.turn {
		return
	}
	if b.turn < s.begin && b.group.glob.Match(s.change.path) {
		b.group.offer(s.change)
	}
	b.turn = s.turn
	if len(b.kids) > 0 {
		s.next = append(s.next, b)
		s.enter(b.kid(tokenStar))
		s.enter(b.kid(tokenDouble))
	}
}
