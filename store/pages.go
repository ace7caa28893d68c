package store

import "sync"

// pages remembers ways into listings that readers take piece by piece: entries of
// directories at old revisions, which the tree does not count, and matches of
// globs. Each pageEvery-th path of a listing is marked as it is first passed; from
// then on any number of it is at most pageEvery steps away. The writer never comes here.
type pages struct {
	mu     sync.Mutex
	recent []way // the latest used last
}

const (
	pageEvery = 64
	maxPages  = 32
)

// pageKey names a listing. The same key stands for the same paths on any state.
type pageKey struct {
	rev  int64 // of the last change that it shows
	glob bool
	text string // the directory, or the glob
}

type way struct {
	key   pageKey
	marks []string // marks[i]: the path of number i*pageEvery; never changed, only replaced
	total int      // the number of paths; -1 while the end was not seen
}

// listing is a listing and how to read it: scan yields its paths in order, from
// the one given, which is one of them, or "" for the first.
type listing struct {
	key  pageKey
	scan func(from string, yield func(path string) bool)
}

// find is the path of number n, if there are that many.
func (ps *pages) find(l listing, n int) (path string, ok bool) {
	p := ps.get(l.key)
	if p.total >= 0 && n >= p.total {
		return "", false
	}
	from, at := "", 0
	if i := min(n/pageEvery, len(p.marks)-1); i >= 0 {
		from, at = p.marks[i], i*pageEvery
	}
	l.scan(from, func(next string) bool {
		if at == len(p.marks)*pageEvery {
			p.marks = append(p.marks[:len(p.marks):len(p.marks)], next)
		}
		if at == n {
			path, ok = next, true
			return false
		}
		at++
		return true
	})
	if !ok {
		p.total = at
	}
	ps.put(p)
	return path, ok
}

// count is the number of paths.
func (ps *pages) count(l listing) int {
	p := ps.get(l.key)
	if p.total < 0 {
		const past = int(^uint(0) >> 1)
		ps.find(l, past)
		p = ps.get(l.key)
	}
	return p.total
}

func (ps *pages) get(key pageKey) way {
	ps.mu.Lock()
	defer ps.mu.Unlock()
	for i, p := range ps.recent {
		if p.key == key {
			ps.recent = append(append(ps.recent[:i], ps.recent[i+1:]...), p)
			return p
		}
	}
	return way{key: key, total: -1}
}

// put keeps what p knows more than what is remembered.
func (ps *pages) put(p way) {
	ps.mu.Lock()
	defer ps.mu.Unlock()
	for i := range ps.recent {
		if q := &ps.recent[i]; q.key == p.key {
			if len(p.marks) > len(q.marks) {
				q.marks = p.marks
			}
			q.total = max(q.total, p.total)
			return
		}
	}
	if len(ps.recent) == maxPages {
		ps.recent = append(ps.recent[:0], ps.recent[1:]...)
	}
	ps.recent = append(ps.recent, p)
}
