package peer

import (
	"strings"

	"github.com/ha/doozer/store"
)

// locksGlob is where a file whose body is a session's name goes with the session,
// though it is not tied to it: so locks were made in 2011.
const locksGlob = "/lock/**"

// leavings is the mutations, max or a few more, that delete what the ended sessions
// left in v. Each is for one file, and does nothing where somebody else was faster.
func leavings(v store.View, ended map[string]int64, max int) (writes [][]byte, err error) {
	each := func(glob string, leave func(path string, rev int64) ([]byte, error)) error {
		g, err := store.CompileGlob(glob)
		if err != nil {
			return err
		}
		v.Walk(g, func(path string, value []byte, rev int64) bool {
			if _, is := ended[string(value)]; !is {
				return true
			}
			var m []byte
			if m, err = leave(path, rev); err == nil {
				writes = append(writes, m)
			}
			return err == nil && len(writes) < max
		})
		return err
	}
	if err := each(store.LinkDir+"/**", func(link string, rev int64) ([]byte, error) {
		return unlink(v, link, rev)
	}); err != nil {
		return nil, err
	}
	err = each(locksGlob, store.EncodeDel)
	return writes, err
}

// unlink deletes an ephemeral file, which takes its link along; of a link to
// nothing, as anyone may write one, the link.
func unlink(v store.View, link string, rev int64) ([]byte, error) {
	path := strings.TrimPrefix(link, store.LinkDir)
	if _, is := v.Get(path); is <= 0 {
		return store.EncodeDel(link, rev)
	}
	return store.EncodeTxn([]store.Step{
		{Kind: store.Check, Path: link, Rev: rev},
		{Kind: store.Del, Path: path, Rev: store.Clobber},
	})
}
