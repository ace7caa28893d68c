package main

import (
	"context"
	"strings"
	"time"

	"github.com/ha/doozer/client"
)

// patience is how long a person who pressed the key waits for the cluster.
const patience = 500 * time.Millisecond

// mostPaths bounds how many names are looked at to tell directories from files.
const mostPaths = 200

// paths are those in the tree that begin with what is typed, up to the next
// slash. Directories end in one.
func (c *completing) paths(word string) (list []string) {
	if !strings.HasPrefix(word, "/") {
		c.open = true
		return []string{"/"}
	}
	ctx, cl, end := c.dial()
	defer end()
	if cl == nil {
		return nil
	}
	dir := word[:strings.LastIndex(word, "/")+1]
	for name, err := range cl.Getdir(ctx, parentDir(dir), client.Local()) {
		if err != nil || len(list) == mostPaths {
			break
		}
		if path := dir + name; strings.HasPrefix(path, word) {
			list = append(list, path)
		}
	}
	c.open = markDirs(ctx, cl, list)
	return list
}

// dial is a client for as long as a person waits; nil if there is no node.
func (c *completing) dial() (ctx context.Context, cl *client.Client, end func()) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	cl, err := dial(ctx, c.s.config(false), c.s.addr)
	if err != nil {
		return ctx, nil, cancel
	}
	return ctx, cl, func() {
		cl.Close()
		cancel()
	}
}

// slots are the names of all slots, and the ids of those who have them.
func (c *completing) slots() (list []string) {
	ctx, cl, end := c.dial()
	defer end()
	if cl == nil {
		return nil
	}
	for f, err := range cl.Walk(ctx, calDir+"*", client.Local()) {
		if err != nil || len(list) >= mostPaths {
			break
		}
		list = append(list, strings.TrimPrefix(f.Path, calDir))
		if id := string(f.Value); isID(id) {
			list = append(list, id)
		}
	}
	return list
}

// parentDir is a directory that is written with a slash at its end.
func parentDir(dir string) string {
	if dir == "/" {
		return dir
	}
	return strings.TrimSuffix(dir, "/")
}

// markDirs ends directories with a slash, and reports whether there are any.
func markDirs(ctx context.Context, c *client.Client, list []string) (any bool) {
	for i, path := range list {
		if _, rev, err := c.Stat(ctx, path, client.Local()); err == nil && rev == client.Dir {
			list[i] += "/"
			any = true
		}
	}
	return any
}
