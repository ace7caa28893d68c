package store

import (
	"bytes"
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"

	"github.com/bmizerany/assert"
)

// FuzzApply applies any bytes as a mutation. What decodes is what would be encoded.
func FuzzApply(f *testing.F) {
	for _, path := range []string{"/a", "/a/b", "/", "/" + strings.Repeat("x", 200)} {
		m, _ := EncodeSet(path, []byte("value"), 300)
		f.Add(m)
		m, _ = EncodeDel(path, Clobber)
		f.Add(m)
	}
	f.Add(EncodeNop())
	f.Add([]byte{formOne, 0, kindDir, 2, '/', 'a'})
	for _, steps := range [][]Step{
		{{Set, "/a/c", []byte("v"), 0}, {Del, "/a/b", nil, Clobber}},
		{{Check, "/a/b", nil, 1}, {Set, "/a", nil, 0}, {Set, "/b", nil, Clobber}},
		{{Del, "/ctl/sess/a", nil, 0}, {Set, "/ctl/gone", nil, 0}, {Set, "/ctl/link/a/b", nil, 0}, {Del, "/a/b", nil, 1}},
	} {
		m, err := EncodeTxn(steps)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(m)
	}
	f.Add([]byte{formOne, 0, kindSet, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1, 'a'})
	f.Fuzz(func(t *testing.T, m []byte) {
		s, _ := New(Config{})
		s.Apply([]Entry{{1, set("/a/b")}}, 1, nil)
		results := s.Apply([]Entry{{2, m}}, 2, nil)
		assert.Equal(t, 1, len(results))
		checkTree(t, s)
		d := decode(m)
		o, err := d.op, d.err
		if err != nil {
			assert.Equal(t, err.Error(), results[0].Error())
			text, rev := s.View().Get("/ctl/err")
			assert.T(t, rev == 2 && string(text) == err.Error(), string(text))
			return
		}
		again := EncodeNop()
		if d.steps != nil {
			again, err = EncodeTxn(stepsOf(d.steps))
			assert.Equal(t, nil, err)
		} else if o.rec != nil {
			again, err = encode(o.rec.kind(), o.path, o.rec.value(), o.rev)
			assert.Equal(t, nil, err)
		}
		assert.T(t, bytes.Equal(m, again), m, again)
	})
}

func stepsOf(ops []op) (steps []Step) {
	kinds := map[byte]StepKind{kindCheck: Check, kindSet: Set, kindDel: Del}
	for _, o := range ops {
		steps = append(steps, Step{kinds[o.rec.kind()], o.path, o.rec.value(), o.rev})
	}
	return steps
}

var (
	pathRegexp = regexp.MustCompile(`^(/|(/[A-Za-z0-9._-]+)+)$`)
	globRegexp = regexp.MustCompile(`^(/|(/[A-Za-z0-9._?*-]+)+)$`)
)

func FuzzPath(f *testing.F) {
	for _, s := range []string{"", "/", "a", "/a", "/a/", "//", "/a//b", "/a_b/c-d.E9", "/ü", "/a b", "/a\n"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		want := pathRegexp.MatchString(s) && len(s) <= MaxPath && !strings.HasSuffix(s, "\n")
		assert.Equal(t, want, CheckPath(s) == nil)
		_, err := CompileGlob(s)
		want = globRegexp.MatchString(s) && len(s) <= MaxPath && !strings.HasSuffix(s, "\n")
		assert.Equal(t, want, err == nil)
	})
}

func FuzzGlob(f *testing.F) {
	for _, glob := range append(modelGlobs, "/***", "/*?*/b**", "/a", "/") {
		f.Add(glob, "/a/b")
		f.Add(glob, "/a-b/ab/b")
	}
	f.Add("/"+strings.Repeat("*a?", 60)+"**/b", "/"+strings.Repeat("aab", 70)+"/c/b")
	f.Fuzz(func(t *testing.T, glob, path string) {
		g, err := CompileGlob(glob)
		if err != nil || CheckPath(path) != nil {
			return
		}
		want := toRegexp(glob).MatchString(path)
		if g.Match(path) != want {
			t.Fatalf("%q matches %q: %v, want %v", glob, path, !want, want)
		}
	})
}

// TestGlobRandom matches short globs of a small alphabet, where most things happen,
// and long ones, whose states take more than one word.
func TestGlobRandom(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 3))
	random := func(alphabet string, n int) string {
		s := "/"
		for range n {
			s += alphabet[r.IntN(len(alphabet)):][:1]
		}
		return s
	}
	matched := 0
	for i := range 40_000 {
		n := 1 + r.IntN(7)
		if i%10 == 0 {
			n = 1 + r.IntN(150)
		}
		glob, path := random("ab/*?*", n), random("ab/", r.IntN(n)+1)
		g, err := CompileGlob(glob)
		if err != nil || CheckPath(path) != nil {
			continue
		}
		want := toRegexp(glob).MatchString(path)
		if g.Match(path) != want {
			t.Fatalf("%q matches %q: %v, want %v", glob, path, !want, want)
		}
		if want {
			matched++
		}
	}
	assert.T(t, matched > 1000, matched)
}
