package client

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/bmizerany/assert"
)

// living follows a service, and waits until that many are as expected.
func living(t *testing.T, c *Client, service string, exp ...string) {
	t.Helper()
	var got []string
	for all, err := range c.Services(soon(t), service) {
		if err != nil {
			t.Fatalf("%v; the latest are %v, not %v", err, got, exp)
		}
		got = nil
		for _, s := range all {
			got = append(got, s.ID+" "+string(s.Value))
		}
		if fmt.Sprint(got) == fmt.Sprint(exp) {
			return
		}
	}
}

func register(t *testing.T, c *Client, id, value string) *Registration {
	t.Helper()
	r, err := c.Register(soon(t), "/services/web", id, []byte(value))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Close(soon(t)) })
	return r
}

// What is registered is there, is made anew whatever becomes of it, and goes with Close.
func TestRegistry(t *testing.T) {
	nodes := startCluster(t, 1, steady())
	c := dialed(t, Config{}, nodes[0].Started.Addr)
	living(t, c, "/services/web")
	a, b := register(t, c, "a", "10.0.0.1"), register(t, c, "b", "10.0.0.2")
	living(t, c, "/services/web", "a 10.0.0.1", "b 10.0.0.2")

	_, rev, err := c.Get(soon(t), "/services/web/a")
	assert.Equal(t, nil, err)
	assert.Equal(t, nil, c.Del(soon(t), "/services/web/a", Clobber))
	until(t, "it is made anew", func() bool {
		_, now := nodes[0].Store.View().Get("/services/web/a")
		return now > rev
	})
	setFile(t, c, "/services/web/a", "nonsense")
	living(t, c, "/services/web", "a 10.0.0.1", "b 10.0.0.2")
	a.Update([]byte("10.0.0.3"))
	living(t, c, "/services/web", "a 10.0.0.3", "b 10.0.0.2")
	owner := func() string {
		v, _ := nodes[0].Store.View().Get(linkDir + "/services/web/b")
		return string(v)
	}
	first := owner()
	assert.Equal(t, nil, c.Del(soon(t), sessDir+"/"+first, Clobber))
	until(t, "it has another session", func() bool { return owner() != first && owner() != "" })
	until(t, "what the first one left is gone", func() bool { return !nodes[0].here("/ctl/gone/" + first) })
	living(t, c, "/services/web", "a 10.0.0.3", "b 10.0.0.2")

	other := register(t, c, "b", "10.0.0.9")
	ends(t, "the one before", b.Done())
	assert.T(t, errors.Is(b.Err(), ErrReplaced), b.Err())
	assert.Equal(t, nil, b.Close(soon(t)))
	living(t, c, "/services/web", "a 10.0.0.3", "b 10.0.0.9")
	assert.Equal(t, nil, other.Err())
	assert.Equal(t, nil, other.Close(soon(t)))
	assert.T(t, errors.Is(other.Err(), ErrClosed), other.Err())
	living(t, c, "/services/web", "a 10.0.0.3")

	_, err = c.Register(soon(t), "/services/web/a", "x", nil)
	assert.T(t, errors.Is(err, ErrNotDir), err)
	a.Update(make([]byte, 2<<20))
	ends(t, "the registration of what is too large", a.Done())
	assert.T(t, errors.Is(a.Err(), ErrValueTooLarge), a.Err())
	assert.Equal(t, nil, a.Close(soon(t)))
	c.Close()
	noneLeft(t)
}

// A program that was cut off for longer than its session lives registers again when it is
// back, unless another one has taken its place.
func TestRegistrationHeals(t *testing.T) {
	nodes := leased(t, 1, "400ms")
	n := newNetwork(t)
	addr := nodes[0].Started.Addr
	c := dialed(t, Config{DialContext: n.dial}, addr)
	a, b := register(t, c, "a", "1"), register(t, c, "b", "2")
	direct := dialed(t, Config{}, addr)
	n.stall(addr)
	living(t, direct, "/services/web")
	taken := register(t, direct, "b", "3")
	n.resume(addr)
	living(t, direct, "/services/web", "a 1", "b 3")
	ends(t, "the registration that was replaced", b.Done())
	assert.T(t, errors.Is(b.Err(), ErrReplaced), b.Err())
	assert.Equal(t, nil, a.Err())
	assert.Equal(t, nil, taken.Err())
	c.Close()
	ends(t, "a registration of a closed client", a.Done())
	assert.T(t, errors.Is(a.Err(), ErrClosed), a.Err())
	living(t, direct, "/services/web", "b 3")
}

// A session that was lost before it had the file does not make a stranger of the one that had it.
func TestRegistrationLosesTwoSessions(t *testing.T) {
	nodes := startCluster(t, 1, steady())
	c := dialed(t, Config{}, nodes[0].Started.Addr)
	first, second := newSession(t, c), newSession(t, c)
	r := &Registration{client: c, path: "/services/web/a", session: second, sent: []string{first.name}, value: []byte("x")}
	r.life, r.stop = context.WithCancel(t.Context())
	_, err := first.Set(soon(t), r.path, Missing, []byte("x"))
	assert.Equal(t, nil, err)
	first.stop(ErrSessionLost)
	second.stop(ErrSessionLost)
	ended := make(chan error)
	go func() { ended <- r.stay() }()
	until(t, "a third session has it", func() bool {
		v, _ := nodes[0].Store.View().Get(linkDir + r.path)
		return string(v) != first.name && string(v) != ""
	})
	r.stop()
	err = <-ended
	assert.T(t, errors.Is(err, context.Canceled), err)
	assert.Equal(t, nil, r.session.Close(soon(t)))
}

// To look at the past of a file is not worth a change of node for all of the client: it is read anew.
func TestRegistrationMovesNobody(t *testing.T) {
	cfg := steady()
	cfg.History = 64
	nodes := startCluster(t, 3, cfg)
	c := dialed(t, Config{}, nodes[0].Started.Addr)
	knows(t, c, 3)
	s := newSession(t, c)
	r := &Registration{client: c, path: "/services/web/a", session: s, sent: []string{s.name}}
	rev, err := s.Set(soon(t), r.path, Missing, nil)
	assert.Equal(t, nil, err)
	old := new(View).with([]Event{{Path: r.path, Rev: rev}})
	for range 200 {
		setFile(t, c, "/noise", "")
	}
	at := c.link.cur.Load()
	err = r.mend(soon(t), old, nil)
	assert.T(t, errors.Is(err, ErrTooLate), err)
	assert.Equal(t, at.addr, c.link.cur.Load().addr)
}

// A registration whose session is lost after it wrote the file, but before it has seen that, is no stranger to it.
func TestRegistrationKnowsWhatItWrote(t *testing.T) {
	nodes := startCluster(t, 1, steady())
	c := dialed(t, Config{}, nodes[0].Started.Addr)
	first, second := newSession(t, c), newSession(t, c)
	r := &Registration{client: c, path: "/services/web/a", session: second, sent: []string{first.name}, value: []byte("x")}
	r.life, r.stop = context.WithCancel(t.Context())
	assert.Equal(t, nil, r.mend(t.Context(), new(View), r.value)) // the second writes it, and sees nothing any more
	first.stop(ErrSessionLost)
	second.stop(ErrSessionLost)
	ended := make(chan error, 1)
	go func() { ended <- r.stay() }()
	until(t, "a third session has it", func() bool {
		v, _ := nodes[0].Store.View().Get(linkDir + r.path)
		return len(ended) > 0 || string(v) != second.name
	})
	r.stop()
	err := <-ended
	assert.T(t, !errors.Is(err, ErrReplaced), err)
	r.session.Close(soon(t))
}

// When a registration is done nothing is registered any more, also where it ends for a value that no node takes,
// or for somebody else.
func TestRegistrationEndsWithItsFile(t *testing.T) {
	nodes := startCluster(t, 1, steady())
	c := dialed(t, Config{}, nodes[0].Started.Addr)
	r := register(t, c, "a", "x")
	r.Update(make([]byte, 2<<20))
	ends(t, "the registration", r.Done())
	assert.T(t, errors.Is(r.Err(), ErrValueTooLarge), r.Err())
	assert.Equal(t, 0, nodes[0].waiting(sessDir), "sessions")
	until(t, "its file is gone", func() bool { return !nodes[0].here("/services/web/a") })

	first := register(t, c, "b", "x")
	register(t, c, "b", "y")
	ends(t, "the one before", first.Done())
	assert.T(t, errors.Is(first.Err(), ErrReplaced), first.Err())
	assert.Equal(t, 1, nodes[0].waiting(sessDir), "sessions")
	living(t, c, "/services/web", "b y")
}
