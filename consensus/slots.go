package consensus

import "iter"

// named yields the seqns of [lo, hi) inside the window whose round r belongs
// to x. The config of each seqn itself decides: one round number belongs to
// different members at neighbouring seqns.
func (m *Machine) named(lo, hi, r int64, x *node) iter.Seq2[int64, *instance] {
	return func(yield func(int64, *instance) bool) {
		for s := max(lo, m.win.lo); s < min(hi, m.win.hi+1); {
			c, end := m.segment(s, hi)
			place := c.place(x)
			if place < 0 {
				s = end
				continue
			}
			n := int64(len(c.nodes))
			s += ((int64(place)-(s+r-1))%n + n) % n
			for ; s < end; s += n {
				if !yield(s, m.win.at(s)) {
					return
				}
			}
			s = end
		}
	}
}

// segment is the config of s and the end of the seqns of [s, hi) in the window
// that have it too.
func (m *Machine) segment(s, hi int64) (*config, int64) {
	end := min(hi, m.win.hi+1)
	for i := len(m.configs) - 1; i >= 0; i-- {
		if i == 0 || m.configs[i].from <= s {
			return &m.configs[i], end
		}
		end = min(end, m.configs[i].from)
	}
	panic("consensus: no config")
}
