package client

import (
	"errors"
	"net/netip"
	"testing"
	"time"

	"github.com/bmizerany/assert"
)

type testConfig struct {
	Addr    string
	Port    int `doozer:"tcp-port"`
	Small   int8
	Mask    uint32
	Ratio   float64
	On      bool
	Timeout time.Duration `doozer:",required"`
	Since   time.Time
	Raw     []byte
	IP      netip.Addr
	IPs     []netip.Addr
	DB      struct{ Host, Port string }
	Limits  map[string]int
	ByPort  map[uint16]struct{ Name string }
	Hosts   []string
	Grid    [][]int
	Spare   *struct{ Host string }
	Tree    *leaf
	Self    string `doozer:"-"`
	hidden  string // of no concern to anyone else
	Shared
}

type Shared struct{ Region string }

type leaf struct {
	Name string
	Sub  *leaf
}

func viewOf(files ...string) *View {
	v := &View{rev: 9}
	for i := 0; i < len(files); i += 2 {
		v = v.with([]Event{{Path: files[i], Value: []byte(files[i+1]), Rev: int64(i + 1)}})
	}
	v.rev = 9
	return v
}

func TestDecode(t *testing.T) {
	v := viewOf(
		"/app/addr", "10.0.0.1\n", "/app/tcp-port", " 80\n", "/app/small", "-128", "/app/mask", "0xff",
		"/app/ratio", "2.5", "/app/on", "true", "/app/timeout", "1m30s", "/app/since", "2026-11-24T00:00:00Z\n",
		"/app/raw", "raw\n", "/app/ip", "::1", "/app/ips/b", "10.0.0.2", "/app/ips/a", "10.0.0.1",
		"/app/db/host", "db", "/app/db/port", "5432", "/app/limits/a", "1", "/app/limits/b", "2",
		"/app/byport/80/name", "http", "/app/hosts/10", "ten", "/app/hosts/9", "nine",
		"/app/grid/0/0", "1", "/app/grid/0/1", "2", "/app/grid/1/0", "3", "/app/tree/sub/sub/name", "leaf",
		"/app/self", "no", "/app/hidden", "no", "/app/region", "eu", "/app/unknown", "?", "/app-b/addr", "no",
	)
	got := testConfig{Self: "as it was", hidden: "too", Limits: map[string]int{"old": 1}}
	got.DB.Host = "default"
	defaults := got.Limits
	assert.Equal(t, nil, decode(v, "/app", &got))
	exp := testConfig{
		Addr: "10.0.0.1", Port: 80, Small: -128, Mask: 255, Ratio: 2.5, On: true, Timeout: 90 * time.Second,
		Since: time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC), Raw: []byte("raw\n"), IP: netip.MustParseAddr("::1"),
		IPs:    []netip.Addr{netip.MustParseAddr("10.0.0.1"), netip.MustParseAddr("10.0.0.2")},
		Limits: map[string]int{"a": 1, "b": 2}, ByPort: map[uint16]struct{ Name string }{80: {"http"}},
		Hosts: []string{"nine", "ten"}, Grid: [][]int{{1, 2}, {3}}, Tree: &leaf{Sub: &leaf{Sub: &leaf{Name: "leaf"}}},
		Self: "as it was", hidden: "too", Shared: Shared{"eu"},
	}
	exp.DB.Host, exp.DB.Port = "db", "5432"
	assert.Equal(t, exp, got)
	assert.Equal(t, map[string]int{"old": 1}, defaults)

	var root map[string]map[string]string
	assert.Equal(t, nil, decode(viewOf("/a/b", "c", "/d/e", "f"), "/", &root))
	assert.Equal(t, map[string]map[string]string{"a": {"b": "c"}, "d": {"e": "f"}}, root)
}

// What is bad is told with its path, and all of it.
func TestDecodeErrors(t *testing.T) {
	v := viewOf("/app/addr/x", "", "/app/tcp-port", "eighty", "/app/small", "128", "/app/db", "a file",
		"/app/limits/a", "many", "/app/byport/a/name", "", "/app/since", "yesterday", "/app/on", "perhaps")
	var got testConfig
	err := decode(v, "/app", &got)
	assert.Equal(t, `/app/addr: a directory is here, where a file is expected
/app/tcp-port (revision 3): "eighty" is no int: invalid syntax
/app/small (revision 5): "128" is no int8: value out of range
/app/on (revision 15): "perhaps" is no bool: invalid syntax
/app/timeout: missing, and required
/app/since (revision 13): parsing time "yesterday" as "2006-01-02T15:04:05Z07:00": cannot parse "yesterday" as "2006"
/app/db (revision 7): a file is here, where a directory is expected
/app/limits/a (revision 9): "many" is no int: invalid syntax
/app/byport/a: the name: "a" is no uint16: invalid syntax`, err.Error())
	bad, ok := errors.AsType[*DecodeError](err)
	assert.T(t, ok)
	assert.Equal(t, "/app/addr", bad.Path)
}

func TestLoadTypes(t *testing.T) {
	c, _ := pipe(t)
	_, err := Load(t.Context(), c, "/a", 0)
	assert.Equal(t, "load /a: int is neither a struct, nor a map, nor a slice", err.Error())
	_, err = Load(t.Context(), c, "/a", struct{ A map[string][]chan int }{})
	assert.T(t, err != nil, err)
	_, err = Load(t.Context(), c, "/a", map[struct{ A int }]int{})
	assert.T(t, err != nil, err)
	_, err = Load(t.Context(), c, "/a*", map[string]int{})
	assert.T(t, errors.Is(err, ErrBadPath), err)
	for _, err := range Follow(t.Context(), c, "/a", 0) {
		assert.NotEqual(t, nil, err)
	}
}

// Each state of the files comes once, and bad content leaves the last good one.
func TestFollow(t *testing.T) {
	node := startNode(t, steady())
	c := node.only(t)
	type config struct {
		A int
		B string
	}
	def := config{A: 7}
	got, err := Load(soon(t), c, "/f", def)
	assert.Equal(t, nil, err)
	assert.Equal(t, def, got.Value)

	first := setFile(t, c, "/f/a", "bad")
	_, err = Load(soon(t), c, "/f", def)
	_, ok := errors.AsType[*DecodeError](err)
	assert.T(t, ok, err)

	steps := []struct {
		path, value string
		exp         config
		bad         bool
	}{
		{"", "", config{A: 7}, true},
		{"/f/a", "1", config{A: 1}, false},
		{"/f/b", "x", config{A: 1, B: "x"}, false},
		{"/f/a", "worse", config{A: 1, B: "x"}, true},
		{"/f/b", "y", config{A: 1, B: "x"}, true},
		{"/f/a", "2", config{A: 2, B: "y"}, false},
	}
	rev, good := first, int64(0)
	for got, err := range Follow(soon(t), c, "/f", def) {
		step := steps[0]
		_, bad := errors.AsType[*DecodeError](err)
		assert.Equal(t, step.bad, bad)
		assert.Equal(t, step.bad, err != nil)
		assert.Equal(t, step.exp, got.Value)
		if !bad {
			assert.T(t, got.Rev >= rev)
			good = got.Rev
		}
		assert.Equal(t, good, got.Rev)
		if steps = steps[1:]; len(steps) == 0 {
			break
		}
		rev = setFile(t, c, steps[0].path, steps[0].value)
	}
	assert.Equal(t, 0, len(steps))
	c.Close()
	noneLeft(t)
}
