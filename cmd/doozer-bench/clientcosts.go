package main

import (
	"context"
	"fmt"
	"os"
	"strings"
	"time"
)

// What is measured of clients, each time at one node that is new.
const (
	clientLinks    = 4000                  // idle connections
	furtherWatches = 10                    // on each of them, after the first
	goClients      = 1000                  // clients of package client, with nothing to do
	clientsIdle    = 4                     // seconds that these are watched for
	toldWatchers   = 1000                  // that are told of changes
	toldChanges    = 60                    // of one file, and then of many at once
	toldTogether   = 64                    // so many
	toldEvery      = 50 * time.Millisecond // from one to the next
)

// clientCosts is what clients cost a node: bytes resident, and CPU.
type clientCosts struct {
	conn, watch float64       // bytes of an idle connection, and of a watch on it
	further     float64       // bytes of each further watch on it
	attach      time.Duration // CPU of a connection that comes, with a watch
	idle        time.Duration // CPU a second of an idle client
	one, many   time.Duration // CPU for each watcher of a change, and of so many changes together
	read        time.Duration // CPU of the watchers' own program, likewise of a change
}

func measureClients(ctx context.Context, b *bench) (*clientCosts, error) {
	c := &clientCosts{}
	for _, part := range []func(context.Context, *server) error{c.connections, c.idleClients, c.changes} {
		node, err := startFilled(ctx, b.doozerd, 1, benchDir, benchKeys)
		if err != nil {
			return nil, err
		}
		err = part(ctx, node)
		node.stop()
		if err != nil {
			return nil, err
		}
	}
	return c, nil
}

// connections opens many, and then watches a file on each.
func (c *clientCosts) connections(ctx context.Context, node *server) error {
	var links []*link
	defer func() { closeLinks(links) }()
	cpu := node.cpu()
	before, err := residentOf(node.procs[0].cmd.Process.Pid)
	if err != nil {
		return err
	}
	for range clientLinks {
		l, err := dialLink(ctx, node.addrs[0])
		if err != nil {
			return err
		}
		links = append(links, l)
	}
	open, err := residentOf(node.procs[0].cmd.Process.Pid)
	if err != nil {
		return err
	}
	if err := watchOnEach(links, 0, 1); err != nil {
		return err
	}
	full, err := residentOf(node.procs[0].cmd.Process.Pid)
	if err != nil {
		return err
	}
	c.attach = (node.cpu() - cpu) / clientLinks
	if err := watchOnEach(links, 1, furtherWatches); err != nil {
		return err
	}
	more, err := residentOf(node.procs[0].cmd.Process.Pid)
	c.conn, c.watch = (open-before)*megabyte/clientLinks, (full-open)*megabyte/clientLinks
	c.further = (more - full) * megabyte / clientLinks / furtherWatches
	return err
}

// watchOnEach has each connection watch n more files, after so many.
func watchOnEach(links []*link, after, n int) error {
	for i, l := range links {
		var globs []string
		for w := range n {
			globs = append(globs, idleWatchPath(i, after+w))
		}
		l.conn.SetDeadline(time.Now().Add(answerTime))
		if err := l.watch(int32(firstTag+after), globs...); err != nil {
			return err
		}
	}
	return nil
}

// idleClients has clients that do nothing but see whether their node is there.
func (c *clientCosts) idleClients(ctx context.Context, node *server) error {
	cpu, err := cpuIn(ctx, node)
	if err != nil {
		return err
	}
	d, err := dialDoozers(ctx, node.addrs, goClients)
	if err != nil {
		return err
	}
	defer d.close()
	with, err := cpuIn(ctx, node)
	c.idle = (with - cpu) / clientsIdle / goClients
	return err
}

func cpuIn(ctx context.Context, node *server) (time.Duration, error) {
	before := node.cpu()
	err := sleep(ctx, clientsIdle*time.Second)
	return node.cpu() - before, err
}

// changes tells watchers of one change at a time, and of many.
func (c *clientCosts) changes(ctx context.Context, node *server) (err error) {
	if c.one, c.read, err = tellAll(ctx, node, 1); err != nil {
		return err
	}
	c.many, _, err = tellAll(ctx, node, toldTogether)
	return err
}

// tellAll tells many watchers of changes of so many files at once, and returns what each watcher costs for each of these: the
// node, and this program.
func tellAll(ctx context.Context, node *server, files int) (told, read time.Duration, err error) {
	t := newChorus(toldWatchers, files, toldChanges)
	links, err := gather(ctx, node.addrs, toldWatchers, t)
	if err != nil {
		return 0, 0, err
	}
	defer closeLinks(links)
	w, err := dial(ctx, node.addrs[0])
	if err != nil {
		return 0, 0, err
	}
	defer w.Close()
	before, own := node.cpu(), cpuOf(os.Getpid())
	_, err = t.run(ctx, toldEvery, t.by(w))
	const each = toldWatchers * toldChanges
	return (node.cpu() - before) / each, (cpuOf(os.Getpid()) - own) / each, err
}

func (c *clientCosts) goals() []goal { return nil }

func (c *clientCosts) write(b *strings.Builder) {
	each := (c.many - c.one) / (toldTogether - 1)
	fmt.Fprintf(b, `## Clients

Nodes that are alone, and new. %s connections that are idle, with a watch each; %s clients of the Go package with nothing to do; %s watchers, each on a
connection of its own, that are told of %d changes of a file, %v apart, and of as many of %d files at once.

| | |
|---|---:|
| bytes resident, of a connection | %s |
| and of a watch on it | %s |
| of each further watch on it, up to %d | %s |
| CPU for a connection that comes, with its watch, in microseconds | %s |
| CPU a second of an idle client, in microseconds | %s |
| CPU for a watcher that is told of a change, in microseconds | %s |
| and for each more that it is told of at once | %s |
| CPU of the watcher's own program for a change | %s |
`, count(clientLinks), count(goClients), count(toldWatchers), toldChanges, toldEvery, toldTogether,
		count(int(c.conn)), count(int(c.watch)), 1+furtherWatches, count(int(c.further)), micros(float64(c.attach)), micros(float64(c.idle)), micros(float64(c.one)), micros(float64(each)), micros(float64(c.read)))
}
