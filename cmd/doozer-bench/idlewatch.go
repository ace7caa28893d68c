package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/ha/doozer/client"
)

// The watches of which nothing comes.
const (
	idleWatches  = 100_000
	watchesALink = 500 // a connection may have 1,024
	idleWatchDir = "/quiet"
)

// idleWatch compares SETs to three nodes that hold many watches of other files with those to three that hold none.
type idleWatch struct {
	without, with []sample
	kept          int // connections whose watches were told of a change after all that
}

func measureIdleWatches(ctx context.Context, b *bench) (*idleWatch, error) {
	bare, err := startFilled(ctx, b.doozerd, 3, benchDir, benchKeys)
	if err != nil {
		return nil, err
	}
	defer bare.stop()
	full, err := startFilled(ctx, b.doozerd, 3, benchDir, benchKeys)
	if err != nil {
		return nil, err
	}
	defer full.stop()
	links, err := watchIdly(ctx, full)
	defer closeLinks(links)
	if err != nil {
		return nil, err
	}
	w := &idleWatch{}
	if err := w.compare(ctx, b, bare, full); err != nil {
		return nil, err
	}
	w.kept, err = w.check(ctx, full, links)
	return w, err
}

// watchIdly has as many watches as there are to be, all of different files.
func watchIdly(ctx context.Context, nodes *server) (links []*link, err error) {
	for i := range idleWatches / watchesALink {
		l, err := dialLink(ctx, nodes.addrs[i%len(nodes.addrs)])
		if err != nil {
			return links, err
		}
		links = append(links, l)
		globs := make([]string, watchesALink)
		for w := range globs {
			globs[w] = idleWatchPath(i, w)
		}
		if err := l.watch(firstTag, globs...); err != nil {
			return links, err
		}
	}
	return links, nil
}

func idleWatchPath(link, watch int) string {
	return fmt.Sprintf("%s/%06d", idleWatchDir, link*watchesALink+watch)
}

func closeLinks(links []*link) {
	for _, l := range links {
		l.conn.Close()
	}
}

// compare takes rounds of both in turn.
func (w *idleWatch) compare(ctx context.Context, b *bench, bare, full *server) error {
	for r := range b.rounds {
		without, err := b.load(ctx, bare, kindSet, benchDir, benchKeys, levels[goalLevel], r)
		if err != nil {
			return err
		}
		with, err := b.load(ctx, full, kindSet, benchDir, benchKeys, levels[goalLevel], r)
		if err != nil {
			return err
		}
		w.without, w.with = append(w.without, without), append(w.with, with)
	}
	return nil
}

// check changes one of the files that each connection watches, and waits until that is told.
func (w *idleWatch) check(ctx context.Context, nodes *server, links []*link) (int, error) {
	c, err := dial(ctx, nodes.addrs[0])
	if err != nil {
		return 0, err
	}
	defer c.Close()
	for i, l := range links {
		watch := i * keyStride % watchesALink
		if _, err := c.Set(ctx, idleWatchPath(i, watch), client.Missing, nil); err != nil {
			return i, err
		}
		l.conn.SetDeadline(time.Now().Add(answerTime))
		a, err := l.answer()
		if err != nil {
			return i, err
		}
		if a.tag != firstTag+watch || a.flags != setEvent || string(a.path) != idleWatchPath(i, watch) {
			return i, fmt.Errorf("watch %d of connection %d is told %+v", watch, i, a)
		}
	}
	return len(links), nil
}

// added is what watches add to the time that a SET takes, in %, a value a round.
func (w *idleWatch) added() []float64 {
	more := ratios(w.without, w.with, rate)
	for i, r := range more {
		more[i] = 100 * (r - 1)
	}
	return more
}

func (w *idleWatch) goals() []goal {
	return []goal{most(10, "100,000 idle watches of different files: what they add to a SET, in %", w.added()...)}
}

func (w *idleWatch) write(b *strings.Builder) {
	level := levels[goalLevel]
	fmt.Fprintf(b, `## Idle watches

%s watches of as many files that nobody writes, on %d connections to three nodes; %d outstanding SETs of other files over %d
connections, beside three nodes without any watch. Afterwards a file that each connection watches was written, and the change told.

| watches | SETs a second | CPU of all nodes for a SET, in microseconds |
|---:|---:|---:|
| 0 | %s | %s |
| %s | %s | %s |
`, count(idleWatches), w.kept, level.outstanding, level.conns,
		count(int(middle(w.without, rate))), micros(middle(w.without, cpu)),
		count(idleWatches), count(int(middle(w.with, rate))), micros(middle(w.with, cpu)))
}
