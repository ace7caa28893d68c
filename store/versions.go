package store

import "sync/atomic"

// versions is an array of the newest version of each path, by the path's number.
// It is a value that shares pages with others: the writer may change those of its
// epoch in place, which asOf makes good for the views that see them, and copies
// those of older ones. So to overwrite a file takes no more than one store, mostly.
type versions struct {
	tops []*page[page[page[page[version]]]] // 1<<16 numbers each
}

type page[T any] struct {
	edit uint64 // in which it was made
	at   [pageSize]atomic.Pointer[T]
}

const (
	pageBits = 4
	pageSize = 1 << pageBits
)

// get is the version of a number, of any; nil if it has none.
func (a *versions) get(id uint32) *version {
	top := id >> (4 * pageBits)
	if int(top) >= len(a.tops) {
		return nil
	}
	return kidOf(kidOf(kidOf(kidOf(a.tops[top], id>>(3*pageBits)), id>>(2*pageBits)), id>>pageBits), id)
}

func kidOf[T any](p *page[T], i uint32) *T {
	if p == nil {
		return nil
	}
	return p.at[i%pageSize].Load()
}

// set gives a number its version, or none if v is nil, in edit. It changes the
// pages that were made in edit own or since, and copies the others.
func (a *versions) set(id uint32, v *version, own, edit uint64) {
	top := int(id >> (4 * pageBits))
	for top >= len(a.tops) {
		a.tops = append(a.tops, nil)
	}
	p := a.tops[top]
	if p == nil || p.edit < own {
		p = p.clone(edit)
		a.tops[top] = p
	}
	q := ownKid(p, id>>(3*pageBits), own, edit)
	r := ownKid(q, id>>(2*pageBits), own, edit)
	s := ownKid(r, id>>pageBits, own, edit)
	s.at[id%pageSize].Store(v)
}

// ownKid is p's page i, which may be changed; p may be.
func ownKid[T any](p *page[page[T]], i uint32, own, edit uint64) *page[T] {
	kid := p.at[i%pageSize].Load()
	if kid == nil || kid.edit < own {
		kid = kid.clone(edit)
		p.at[i%pageSize].Store(kid)
	}
	return kid
}

// clone is a copy of p, of an empty page if p is nil.
func (p *page[T]) clone(edit uint64) *page[T] {
	c := &page[T]{edit: edit}
	if p != nil {
		for i := range p.at {
			c.at[i].Store(p.at[i].Load())
		}
	}
	return c
}
