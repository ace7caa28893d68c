package peer

import (
	"strings"

	"github.com/ha/doozer/store"
)

// locksGlob is where a file whose body is a session's name goes with the session,
// though it is not tied to it: so locks were made in 2011.
const locksGlob = "/lock/**"

// leavings is the mutations that delete what the ended sessions left in v, most of them at most; all tells whether
// that is all. Each is for one file, and fails, or does nothing, where somebody else was faster.
func leavings(v store.View, ended map[string]int64, most int) (writes [][]byte, all bool, err error) {
	all = true
	each := func(glob string, leave func(path string, rev int64) ([]byte, error)) error {
		g, err := store.CompileGlob(glob)
		if err != nil {
			return err
		}
		v.Walk(g, func(path string, value []byte, rev int64) bool {
			if _, is := ended[string(value)]; !is {
				return true
			}
			if all = len(writes) < most; !all {
				return false
			}
			var m []byte
			if m, err = leave(path, rev); err == nil {
				writes = append(writes, m)
			}
			return err == nil
		})
		return err
	}
	if err := each(store.LinkDir+"/**", func(link string, rev int64) ([]byte, error) {
		return unlink(v, link, rev)
	}); err != nil {
		return nil, false, err
	}
	if all {
		err = each(locksGlob, store.EncodeDel)
	}
	return writes, all, err
}

// unlink deletes an ephemeral file, which takes its link along. Of a link to nothing, as anyone may
// write one, it deletes the link; and of one to a note of ours, which goes last.
func unlink(v store.View, link string, rev int64) ([]byte, error) {
	path := strings.TrimPrefix(link, store.LinkDir)
	if _, is := v.Get(path); is <= 0 || strings.HasPrefix(path, store.GoneDir+"/") {
		return store.EncodeDel(link, rev)
	}
	return store.EncodeTxn([]store.Step{
		{Kind: store.Check, Path: link, Rev: rev},
		{Kind: store.Del, Path: path, Rev: store.Clobber},
	})
}
