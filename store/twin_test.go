package store

import (
	"bytes"
	"maps"
	"regexp"
	"sort"
	"strings"
)

// twin is the store as one would write it without a thought for speed: every file
// keeps every version, and everything is found by looking at everything.
type twin struct {
	files  map[string][]twinVersion
	events []Event
	rev    int64
}

type twinVersion struct {
	seqn  int64
	value []byte
	del   bool
}

func newTwin() *twin { return &twin{files: map[string][]twinVersion{}} }

func (t *twin) get(path string, at int64) ([]byte, int64) {
	versions := t.files[path]
	for i := len(versions) - 1; i >= 0; i-- {
		if v := versions[i]; v.seqn <= at {
			if !v.del {
				return v.value, v.seqn
			}
			break
		}
	}
	if path == "/" || len(t.list(path, at)) > 0 {
		return nil, Dir
	}
	return nil, Missing
}

// list is the names in dir, sorted.
func (t *twin) list(dir string, at int64) []string {
	names, prefix := map[string]bool{}, inside(dir)
	for path := range t.files {
		if rest, ok := strings.CutPrefix(path, prefix); ok && t.isFile(path, at) {
			name, _, _ := strings.Cut(rest, "/")
			names[name] = true
		}
	}
	var list []string
	for name := range names {
		list = append(list, name)
	}
	sort.Strings(list)
	return list
}

func (t *twin) isFile(path string, at int64) bool {
	versions := t.files[path]
	for i := len(versions) - 1; i >= 0; i-- {
		if versions[i].seqn <= at {
			return !versions[i].del
		}
	}
	return false
}

// walk is the files below dir that match, depth first.
func (t *twin) walk(dir string, glob *regexp.Regexp, at int64) (paths []string) {
	for _, name := range t.list(dir, at) {
		path := inside(dir) + name
		if t.isFile(path, at) {
			if glob.MatchString(path) {
				paths = append(paths, path)
			}
		} else {
			paths = append(paths, t.walk(path, glob, at)...)
		}
	}
	return paths
}

func (t *twin) apply(seqn int64, path string, value []byte, rev int64, del bool) error {
	err := t.do(seqn, path, value, rev, del)
	if err == nil && del {
		t.bring(seqn, path)
	}
	return t.end(seqn, err)
}

// txn tries all steps on a twin of the tree as it was, and then does them.
func (t *twin) txn(seqn int64, steps []Step) error {
	for i, st := range steps {
		if err := t.try(seqn, st); err != nil {
			return t.end(seqn, &StepError{i, err})
		}
	}
	for _, st := range steps {
		if st.Kind == Check || st.Kind == Del && !t.isFile(st.Path, seqn) {
			continue
		}
		if t.do(seqn, st.Path, st.Value, Clobber, st.Kind == Del) != nil {
			panic("half a transaction")
		}
	}
	for _, st := range steps {
		if st.Kind == Del {
			t.bring(seqn, st.Path)
		}
	}
	return t.end(seqn, nil)
}

func (t *twin) try(seqn int64, st Step) error {
	if st.Kind != Check {
		files, events := maps.Clone(t.files), t.events
		defer func() { t.files, t.events = files, events }()
		return t.do(seqn, st.Path, st.Value, st.Rev, st.Kind == Del)
	}
	switch _, rev := t.get(st.Path, seqn); {
	case rev == Dir:
		return ErrIsDir
	case rev == st.Rev, rev != Missing && st.Rev == Clobber:
		return nil
	}
	return ErrRevMismatch
}

// bring is what comes along with the deletion of path, if it was one.
func (t *twin) bring(seqn int64, path string) {
	if last := t.files[path]; len(last) == 0 || last[len(last)-1].seqn != seqn || !last[len(last)-1].del {
		return
	}
	t.also(seqn, "/ctl/link"+path, true)
	if name, ok := strings.CutPrefix(path, "/ctl/sess/"); ok && !strings.Contains(name, "/") {
		t.also(seqn, "/ctl/gone/"+name, false)
	}
}

func (t *twin) also(seqn int64, path string, del bool) {
	for _, ev := range t.events {
		if ev.Seqn == seqn && ev.Path == path {
			return
		}
	}
	t.do(seqn, path, nil, Clobber, del)
}

// end notes what became of seqn.
func (t *twin) end(seqn int64, err error) error {
	t.rev = seqn
	if err != nil {
		t.do(seqn, "/ctl/err", []byte(err.Error()), Clobber, false)
	}
	return err
}

func (t *twin) do(seqn int64, path string, value []byte, rev int64, del bool) error {
	_, cur := t.get(path, seqn)
	if cur == Dir {
		return ErrIsDir
	}
	for dir := path; !del && dir != "/"; dir = parent(dir) {
		if dir != path && t.isFile(dir, seqn) {
			return ErrNotDir
		}
	}
	if rev != Clobber && cur > rev {
		return ErrRevMismatch
	}
	if del && cur == Missing {
		return nil
	}
	e := Event{Seqn: seqn, Path: path, Del: del}
	if !del {
		e.Value, e.Rev = value, seqn
	}
	t.events = append(t.events, e)
	t.files[path] = append(t.files[path], twinVersion{seqn, value, del})
	return nil
}

// since is the events of [from, to] that match.
func (t *twin) since(glob string, from, to int64) (list []Event) {
	re := toRegexp(glob)
	for _, e := range t.events {
		if from <= e.Seqn && e.Seqn <= to && re.MatchString(e.Path) {
			if n := len(list); n > 0 && list[n-1].Seqn == e.Seqn {
				list[n-1].More = true
			}
			list = append(list, e)
		}
	}
	return list
}

// toRegexp is what a glob means, said again in another language.
func toRegexp(glob string) *regexp.Regexp {
	s := regexp.QuoteMeta(glob)
	s = strings.ReplaceAll(s, `\*\*`, `.*`)
	s = strings.ReplaceAll(s, `\*`, `[^/]*`)
	s = strings.ReplaceAll(s, `\?`, `[^/]`)
	return regexp.MustCompile(`^(?s:` + s + `)$`)
}

func sameEvent(a, b Event) bool {
	return a.Seqn == b.Seqn && a.Path == b.Path && bytes.Equal(a.Value, b.Value) &&
		a.Rev == b.Rev && a.Del == b.Del && a.More == b.More
}
