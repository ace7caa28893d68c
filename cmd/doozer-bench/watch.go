package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	golang "google.golang.org/protobuf/proto"

	"github.com/ha/doozer/client"
	"github.com/ha/doozer/proto"
)

// watchDir is where the files are that are watched.
const watchDir = "/watched"

// watch is how fast three nodes tell many watchers of changes.
type watch struct{ rates []float64 }

func measureWatch(ctx context.Context, b *bench) (*watch, error) {
	nodes, err := startCluster(ctx, b.doozerd, 3)
	if err != nil {
		return nil, err
	}
	defer nodes.stop()
	f, stop, err := watchAll(ctx, nodes)
	if err != nil {
		return nil, err
	}
	defer stop()
	w := &watch{}
	for range b.rounds {
		rate, err := f.run(ctx, b.round/warmShare, b.round)
		if err != nil {
			return nil, err
		}
		w.rates = append(w.rates, rate)
	}
	return w, nil
}

func (w *watch) goals() []goal {
	return []goal{beside("at least 3", "watch: events/s to 1,000 watchers on 1,000 connections, to etcd's")}
}

func (w *watch) write(b *strings.Builder) {
	fmt.Fprintf(b, `## Watches

%s watchers, each on a connection of its own, spread over three nodes, are told of every change of %d files. No more than
%d changes are under way at a time, from the SET until the last watcher has been told. They were told of %s changes a second, all together (%s).
`, count(watcherCount), watchDepth, watchDepth, count(int(median(w.rates))), spread(w.rates))
}

// watchAll has many watchers watch the files of writers, each on its own connection.
func watchAll(ctx context.Context, nodes *server) (_ *fanout, stop func(), err error) {
	c, err := dial(ctx, nodes.addrs[0])
	if err != nil {
		return nil, nil, err
	}
	f := newFanout(watchDir, watcherCount, func(ctx context.Context, w int, value []byte) error {
		_, err := c.Set(ctx, watchPath(watchDir, w), client.Clobber, value)
		return err
	})
	links, err := gather(ctx, nodes.addrs, watcherCount, f)
	if err != nil {
		c.Close()
		return nil, nil, err
	}
	return f, func() { c.Close(); closeLinks(links) }, nil
}

// watch asks for the changes of the files that a glob matches. It returns when the node has taken that in: it
// answers what is asked on one connection in turn.
func (l *link) watch(tag int32, globs ...string) error {
	for i, glob := range globs {
		l.out = proto.AppendFrame(l.out, &proto.Request{
			Tag: golang.Int32(tag + int32(i)), Verb: proto.Request_WATCH.Enum(), Path: golang.String(glob),
		})
	}
	l.out = proto.AppendFrame(l.out, &proto.Request{Tag: golang.Int32(0), Verb: proto.Request_SELF.Enum()})
	if err := l.flush(); err != nil {
		return err
	}
	a, err := l.answer()
	if err == nil && (a.code != 0 || a.tag != 0) {
		err = fmt.Errorf("a watch is answered: %v %s", proto.Response_Err(a.code), a.detail)
	}
	return err
}

// answer waits for one.
func (l *link) answer() (a answer, err error) {
	for {
		msg, err := l.next()
		if err != nil {
			return a, err
		}
		if msg != nil {
			return a, a.decode(msg)
		}
		if err := l.read(); err != nil {
			return a, err
		}
	}
}

// follow takes the changes that a watch tells of, until the connection ends.
func (l *link) follow(t teller) error {
	l.conn.SetDeadline(time.Time{})
	var o order
	for {
		a, err := l.answer()
		if err != nil {
			return err
		}
		if a.code != 0 || a.flags&^more != setEvent {
			return fmt.Errorf("a watch ended: flags %d, %v %s", a.flags, proto.Response_Err(a.code), a.detail)
		}
		if err := t.tell(&o, string(a.path), a.value); err != nil {
			return err
		}
	}
}

const (
	setEvent = int(proto.Response_VALID | proto.Response_SET_EVENT)
	more     = int(proto.Response_MORE) // of the same revision follow
)
