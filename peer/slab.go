package peer

// slab keeps values under keys that are used again once they were taken.
type slab[T any] struct {
	items []T
	free  []uint32
	n     int // values in it
}

func (s *slab[T]) put(v T) (key uint64) {
	s.n++
	if k := len(s.free); k > 0 {
		i := s.free[k-1]
		s.free = s.free[:k-1]
		s.items[i] = v
		return uint64(i)
	}
	s.items = append(s.items, v)
	return uint64(len(s.items) - 1)
}

// take removes what put gave that key; once for each.
func (s *slab[T]) take(key uint64) T {
	var zero T
	v := s.items[key]
	s.items[key] = zero
	s.free = append(s.free, uint32(key))
	s.n--
	return v
}
