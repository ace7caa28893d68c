package main

import (
	"context"
	"fmt"
)

// teller is told of changes, each watcher's with its own order.
type teller interface {
	tell(o *order, path string, value []byte) error
	fail(error)
}

// gather has watchers watch watchDir at the nodes in turn, each on its own connection, until their connections are closed.
func gather(ctx context.Context, nodes []string, watchers int, t teller) (links []*link, err error) {
	for i := range watchers {
		l, err := dialLink(ctx, nodes[i%len(nodes)])
		if err == nil {
			links = append(links, l)
			err = l.watch(firstTag, watchDir+"/*")
		}
		if err != nil {
			closeLinks(links)
			return nil, fmt.Errorf("watcher %d: %w", i, err)
		}
		go func() { t.fail(l.follow(t)) }()
	}
	return links, nil
}
