package client

import (
	"context"
	"errors"
	"io"
	"net"
	"strings"
	"syscall"
	"testing"

	"github.com/bmizerany/assert"

	"github.com/ha/doozer/proto"
)

func TestParseURI(t *testing.T) {
	tests := []struct {
		in  string
		exp *URI
	}{
		{"localhost", &URI{Addrs: []string{"localhost:8046"}}},
		{"10.0.0.1:99", &URI{Addrs: []string{"10.0.0.1:99"}}},
		{":99", &URI{Addrs: []string{":99"}}},
		{"::1", &URI{Addrs: []string{"[::1]:8046"}}},
		{"[::1]", &URI{Addrs: []string{"[::1]:8046"}}},
		{"[::1]:99", &URI{Addrs: []string{"[::1]:99"}}},
		{"doozer:?ca=a&ca=b:99", &URI{Addrs: []string{"a:8046", "b:99"}}},
		{"doozer:?cn=c&ca=a&sk=s%26t&un=u&new=1", &URI{[]string{"a:8046"}, "c", "s&t", "u"}},
	}
	for _, tt := range tests {
		u, err := ParseURI(tt.in)
		assert.Equal(t, nil, err, tt.in)
		assert.Equal(t, tt.exp, u, tt.in)
	}
}

func TestParseURIErrors(t *testing.T) {
	tests := []struct{ in, exp string }{
		{"", `bad address "": the address is empty`},
		{"doozer:", `bad address "doozer:": a doozer: URI goes on with ?ca=<address>`},
		{"doozer:?un=x", `bad address "doozer:?un=x": it names no node (ca=<address>) and no cluster (cn=<name>)`},
		{"doozer:?cn=x", `bad address "doozer:?cn=x": ` + ErrNoBoot.Error()},
		{"doozer:?ca=", `bad address "doozer:?ca=": ca=: the address is empty`},
		{"doozer:?ca=a:b:c", `bad address "doozer:?ca=a:b:c": ca=a:b:c: an address is host:port`},
		{"doozer:?sk=geheim&ca=:&sk=geheim", `bad address "doozer:?sk=…&ca=:&sk=…": ca=:: port "" is not a number from 1 to 65535`},
		{"a:0", `bad address "a:0": port "0" is not a number from 1 to 65535`},
		{"a:http", `bad address "a:http": port "http" is not a number from 1 to 65535`},
		{"http://a:80", `bad address "http://a:80": an address is host:port`},
	}
	for _, tt := range tests {
		_, err := ParseURI(tt.in)
		assert.T(t, err != nil, tt.in)
		assert.Equal(t, tt.exp, err.Error())
	}
	_, err := ParseURI("doozer:?ca=%zz")
	assert.T(t, err != nil)
}

func FuzzParseURI(f *testing.F) {
	f.Add("doozer:?ca=a&ca=b:99&sk=x")
	f.Add("[::1]:99")
	f.Fuzz(func(t *testing.T, s string) {
		u, err := ParseURI(s)
		if err != nil {
			return
		}
		for _, addr := range u.Addrs {
			if _, port, err := net.SplitHostPort(addr); err != nil || port == "" {
				t.Errorf("%q gives address %q: %v", s, addr, err)
			}
		}
	})
}

// node listens, and answers all if it is alive.
func node(t *testing.T, alive bool) (addr string) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			nc, err := l.Accept()
			if err != nil {
				return
			}
			t.Cleanup(func() { nc.Close() })
			p := &peer{t: t, nc: nc}
			go func() {
				for q := p.recv(); q != nil && alive; q = p.recv() {
					nc.Write(proto.AppendFrame(nil, answer(q, 3)))
				}
			}()
		}
	}()
	return l.Addr().String()
}

// closed is an address where nobody listens.
func closed(t *testing.T) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

func TestDialTakesWhoAnswers(t *testing.T) {
	alive, mute, none := node(t, true), node(t, false), closed(t)
	for range 3 {
		c, err := Dial(soon(t), "doozer:?ca="+mute+"&ca="+none+"&ca="+alive)
		assert.Equal(t, nil, err)
		assert.Equal(t, alive, c.Addr())
		c.Close()
	}
}

func TestDialUnreachable(t *testing.T) {
	a, b := closed(t), closed(t)
	_, err := Dial(soon(t), "doozer:?ca="+a+"&ca="+b)
	assert.T(t, errors.Is(err, ErrUnreachable), err)
	assert.T(t, strings.Contains(err.Error(), a) && strings.Contains(err.Error(), b), err)
	assert.T(t, !strings.Contains(err.Error(), "\n"), err)
	assert.T(t, errors.Is(err, syscall.ECONNREFUSED), err)

	ctx, cancel := context.WithTimeout(soon(t), dialStagger)
	defer cancel()
	_, err = Dial(ctx, node(t, false))
	assert.T(t, errors.Is(err, ErrUnreachable), err)
	assert.T(t, errors.Is(err, context.DeadlineExceeded), err)
}

// Who dials something else than a doozerd is told that it may be that.
func TestDialStranger(t *testing.T) {
	for _, greeting := range []string{"", "SSH-2.0-OpenSSH_9.9\r\n", "\x00\x00\x00\x02\xff\xff"} {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		assert.Equal(t, nil, err)
		defer l.Close()
		go func() {
			if nc, err := l.Accept(); err == nil {
				io.WriteString(nc, greeting)
				nc.Close()
			}
		}()
		_, err = Dial(soon(t), l.Addr().String())
		assert.T(t, errors.Is(err, ErrUnreachable), err)
		assert.T(t, strings.HasSuffix(err.Error(), "(is that a doozerd?)"), err)
	}
}

// A secret does not get into the text of an error, which is printed and logged.
func TestAddressErrorsKeepTheSecret(t *testing.T) {
	for _, uri := range []string{
		"doozer:?ca=host:99999&sk=hunter2",
		"doozer:?sk=hunter2",
		"doozer:?cn=shop&sk=hunter2",
		"doozer:?ca=host&x=%zz&sk=hunter2",
		"doozer:ca=host&sk=hunter2",
	} {
		_, err := ParseURI(uri)
		assert.NotEqual(t, nil, err)
		assert.T(t, !strings.Contains(err.Error(), "hunter2"), err)
	}
	_, err := Config{Boot: "doozer:?ca=host:x&sk=hunter2"}.Dial(t.Context(), "doozer:?cn=shop")
	assert.NotEqual(t, nil, err)
	assert.T(t, !strings.Contains(err.Error(), "hunter2"), err)
}
