package client_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"log/slog"
	"strings"
	"time"

	"github.com/ha/doozer/client"
	"github.com/ha/doozer/peer"
)

// start returns a client of a new cluster of one node, which ends with stop.
func start(cluster string) (c *client.Client, stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	ready, ended := make(chan peer.Started, 1), make(chan error, 1)
	go func() {
		ended <- peer.Run(ctx, peer.Config{
			Addr: "127.0.0.1:0", Cluster: cluster, Log: slog.New(slog.DiscardHandler),
			Ready: func(s peer.Started) { ready <- s },
		})
	}()
	c, err := client.Dial(ctx, (<-ready).Addr)
	check(err)
	return c, func() { c.Close(); cancel(); <-ended }
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

// A write of which nobody knows whether it happened is asked about.
func ExampleClient_Settle() {
	c, stop := start("local")
	defer stop()
	ctx := context.Background()

	value := []byte("deploy by alice at 12:00") // nobody else writes that
	rev, err := c.Set(ctx, "/deploy", client.Missing, value)
	if errors.Is(err, client.ErrOutcomeUnknown) {
		rev, err = c.Settle(ctx, "/deploy", client.Missing, value)
	}
	if errors.Is(err, client.ErrRevMismatch) {
		fmt.Println("somebody else deploys")
		return
	}
	check(err)
	again, err := c.Settle(ctx, "/deploy", client.Missing, value)
	fmt.Println(again == rev, err)
	// Output: true <nil>
}

// A copy of /config is kept, and all that changes is told.
func ExampleClient_Mirror() {
	c, stop := start("local")
	defer stop()
	ctx := context.Background()
	_, err := c.Set(ctx, "/config/a", client.Missing, []byte("1"))
	check(err)

	m, err := c.Mirror(ctx, "/config/**")
	check(err)
	defer m.Close()
	f, ok := m.Get("/config/a")
	fmt.Println("now:", string(f.Value), ok)

	for ch, err := range m.Changes(ctx) {
		check(err)
		for _, ev := range ch.Events {
			fmt.Printf("%s %q deleted: %v, more: %v\n", ev.Path, ev.Value, ev.Del, ev.More)
		}
		if _, ok := ch.View.Get("/config/b"); ok {
			break
		}
		_, err := c.Commit(ctx, new(client.Txn).
			Set("/config/b", client.Missing, []byte("2")).
			Del("/config/a", f.Rev))
		check(err)
	}
	// Output:
	// now: 1 true
	// /config/a "1" deleted: false, more: false
	// /config/a "" deleted: true, more: true
	// /config/b "2" deleted: false, more: false
}

// Files are read into a struct.
func ExampleLoad() {
	c, stop := start("local")
	defer stop()
	ctx := context.Background()
	for path, value := range map[string]string{
		"/app/db/host": "db.example", "/app/timeout": "1.5s\n", "/app/limits/eu": "10", "/app/limits/us": "20",
	} {
		_, err := c.Set(ctx, path, client.Missing, []byte(value))
		check(err)
	}

	type config struct {
		Timeout time.Duration `doozer:",required"`
		DB      struct {
			Host string
			Port int `doozer:"tcp-port"`
		}
		Limits map[string]int
	}
	def := config{}
	def.DB.Port = 5432
	cfg, err := client.Load(ctx, c, "/app", def)
	check(err)
	fmt.Printf("%+v\n", cfg.Value)
	// Output: {Timeout:1.5s DB:{Host:db.example Port:5432} Limits:map[eu:10 us:20]}
}

// A program goes on with the last good configuration while somebody makes a mistake.
func ExampleFollow() {
	c, stop := start("local")
	defer stop()
	ctx := context.Background()
	inputs := []string{"8080", "eighty", "80"}
	next := func() (rev int64) {
		if len(inputs) > 0 {
			var err error
			rev, err = c.Set(ctx, "/app/port", client.Clobber, []byte(inputs[0]))
			check(err)
			inputs = inputs[1:]
		}
		return rev
	}
	next()

	type config struct{ Port int }
	for cfg, err := range client.Follow(ctx, c, "/app", config{}) {
		if bad, ok := errors.AsType[*client.DecodeError](err); ok {
			fmt.Printf("%s: %v; going on with %d\n", bad.Path, bad.Err, cfg.Value.Port)
		} else {
			check(err)
			fmt.Println("port", cfg.Value.Port)
		}
		if next() == 0 {
			break
		}
	}
	// Output:
	// port 8080
	// /app/port: "eighty" is no int: invalid syntax; going on with 8080
	// port 80
}

// A file lives as long as the session does.
func ExampleSession() {
	c, stop := start("local")
	defer stop()
	ctx := context.Background()
	s, err := c.NewSession(ctx)
	check(err)
	rev, err := s.Set(ctx, "/online/alice", client.Missing, nil)
	check(err)

	check(s.Close(ctx)) // or the program dies
	ev, err := c.Wait(ctx, "/online/alice", rev+1)
	fmt.Println(ev.Path, "deleted:", ev.Del, err)
	fmt.Println(s.Err())
	// Output:
	// /online/alice deleted: true <nil>
	// session closed
}

// What is written under a lock is written only while it is held, to the very revision.
func ExampleSession_Lock() {
	c, stop := start("local")
	defer stop()
	ctx := context.Background()
	s, err := c.NewSession(ctx)
	check(err)
	defer s.Close(ctx)

	l, err := s.Lock(ctx, "/locks/jobs")
	check(err)
	_, err = s.TryLock(ctx, "/locks/jobs")
	fmt.Println(err)
	_, err = c.Commit(ctx, l.Check(new(client.Txn).Set("/jobs/done", client.Missing, []byte("1"))))
	fmt.Println("held:", err)
	check(l.Unlock(ctx))

	next, err := s.Lock(ctx, "/locks/jobs")
	check(err)
	fmt.Println("a higher token:", next.Token() > l.Token())
	_, err = c.Commit(ctx, l.Check(new(client.Txn).Set("/jobs/done", client.Clobber, []byte("2"))))
	fmt.Println("late:", errors.Is(err, client.ErrRevMismatch))
	// Output:
	// lock /locks/jobs: somebody else has the lock
	// held: <nil>
	// a higher token: true
	// late: true
}

// disk is a resource outside of the store. It refuses who comes with a token lower
// than one that it has seen.
type disk struct{ highest int64 }

func (d *disk) write(token int64, what string) error {
	if token < d.highest {
		return fmt.Errorf("%s: fenced off", what)
	}
	d.highest = token
	return nil
}

// The token fences off a leader that does not know yet that it is none any more.
func ExampleLock_Token() {
	c, stop := start("local")
	defer stop()
	ctx := context.Background()
	d := new(disk)
	a, err := c.NewSession(ctx)
	check(err)
	b, err := c.NewSession(ctx)
	check(err)
	defer b.Close(ctx)

	first, err := a.Lock(ctx, "/locks/disk")
	check(err)
	fmt.Println(d.write(first.Token(), "first"))
	check(a.Close(ctx)) // the session is lost, say, while the program is stopped
	second, err := b.Lock(ctx, "/locks/disk")
	check(err)
	fmt.Println(d.write(second.Token(), "second"))
	fmt.Println(d.write(first.Token(), "first, late"))
	// Output:
	// <nil>
	// <nil>
	// first, late: fenced off
}

// A program stands for office, and others look who has it.
func ExampleElection() {
	c, stop := start("local")
	defer stop()
	ctx := context.Background()
	e := c.Election("/leader/db")
	s, err := c.NewSession(ctx)
	check(err)
	defer s.Close(ctx)

	office, err := e.Campaign(ctx, s, []byte("10.0.0.1:3306"))
	check(err)
	for leader, err := range e.Observe(ctx) {
		check(err)
		if leader.Token == 0 {
			fmt.Println("nobody leads")
			break
		}
		fmt.Println(string(leader.Value), leader.Token == office.Token())
		check(office.Resign(ctx))
	}
	// Output:
	// 10.0.0.1:3306 true
	// nobody leads
}

// A program stands for office for as long as it runs, and works while it is in office.
func ExampleElection_Run() {
	c, stop := start("local")
	defer stop()
	failed := errors.New("a failure in office")
	terms := 0
	err := c.Election("/leader/db").Run(context.Background(), []byte("10.0.0.1:3306"),
		func(ctx context.Context, l *client.Leadership) error {
			if terms++; terms == 2 {
				return failed // the last term
			}
			check(c.Del(ctx, l.Path(), client.Clobber)) // somebody removes us
			<-ctx.Done()
			fmt.Println("lost:", errors.Is(context.Cause(ctx), client.ErrLockLost))
			return ctx.Err()
		})
	fmt.Println(err)
	// Output:
	// lost: true
	// election /leader/db: a failure in office
}

// Workers wait until all is prepared.
func ExampleBarrier() {
	c, stop := start("local")
	defer stop()
	ctx := context.Background()
	s, err := c.NewSession(ctx)
	check(err)
	defer s.Close(ctx)
	b := c.Barrier("/barrier/prepared")
	release, err := b.Hold(ctx, s)
	check(err)

	done := make(chan error)
	go func() { done <- b.Wait(ctx) }()
	fmt.Println("preparing")
	check(release(ctx))
	fmt.Println("go:", <-done)
	// Output:
	// preparing
	// go: <nil>
}

// Servers register, and a client follows who is there.
func ExampleClient_Register() {
	c, stop := start("local")
	defer stop()
	ctx := context.Background()
	a, err := c.Register(ctx, "/services/web", "a", []byte("10.0.0.1:80"))
	check(err)
	b, err := c.Register(ctx, "/services/web", "b", []byte("10.0.0.2:80"))
	check(err)
	defer b.Close(ctx)

	for all, err := range c.Services(ctx, "/services/web") {
		check(err)
		var addrs []string
		for _, s := range all {
			addrs = append(addrs, string(s.Value))
		}
		fmt.Println(strings.Join(addrs, " "))
		if len(all) == 1 {
			break
		}
		check(a.Close(ctx)) // or it dies
	}
	// Output:
	// 10.0.0.1:80 10.0.0.2:80
	// 10.0.0.2:80
}

// A cluster is dialed by its name.
func ExampleConfig_Dial_nameService() {
	names, stop := start("names")
	defer stop()
	shop, stopShop := start("shop")
	defer stopShop()
	ctx := context.Background()
	_, err := names.Set(ctx, "/ctl/ns/shop/1", client.Missing, []byte(shop.Addr()))
	check(err)

	c, err := client.Config{Boot: names.Addr()}.Dial(ctx, "doozer:?cn=shop")
	check(err)
	defer c.Close()
	name, _, err := c.Get(ctx, "/ctl/name")
	fmt.Println(string(name), err)
	_, err = client.Config{Boot: names.Addr()}.Dial(ctx, "doozer:?cn=none")
	fmt.Println(err)
	// Output:
	// shop <nil>
	// looking up cluster "none": the name service knows of no such cluster
}
