package client

import (
	"context"
	"errors"
	"io"
	"iter"
	"slices"

	"github.com/ha/doozer/proto"
)

// File is a file as a walk finds it.
type File struct {
	Path  string
	Value []byte
	Rev   int64
}

// Walk goes through the files that match glob, depth first and in byte order
// of names, all as of one revision: that of At, or else the latest. The loop may
// take its time, or break off; it ends after the first error. If it is slower than
// the node it goes on over a connection of its own, on which the node keeps that
// revision for it however far its history moves on.
//
// ErrTooLate says that neither the node nor two others have that revision. Without
// At it comes after some files, as a rule: the loop took longer for the first 1,024
// than the history reaches, or lost its node, and the next one's history begins later.
// The way out is to begin again.
func (c *Client) Walk(ctx context.Context, glob string, opts ...ReadOption) iter.Seq2[File, error] {
	return func(yield func(File, error) bool) {
		for r, err := range c.list(ctx, proto.Request_WALK, glob, opts) {
			if !yield(File{Path: r.path, Value: r.value, Rev: r.rev}, err) {
				return
			}
		}
	}
}

// Getdir goes through the names in a directory, in byte order, all as of one
// revision; it is otherwise like Walk. What is not there is ErrNoEnt, a file
// ErrNotDir.
func (c *Client) Getdir(ctx context.Context, dir string, opts ...ReadOption) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		for r, err := range c.list(ctx, proto.Request_GETDIR, dir, opts) {
			if !yield(r.path, err) {
				return
			}
		}
	}
}

// list yields the answers to a WALK or GETDIR. A revision of its own choice that
// the node does not have, as when another one gave it, is chosen anew.
func (c *Client) list(ctx context.Context, verb proto.Request_Verb, path string, opts []ReadOption) iter.Seq2[reply, error] {
	return func(yield func(reply, error) bool) {
		for tries := 1; ; tries++ {
			cur := &listCursor{verb: verb, path: path, fixed: fixes(opts)}
			begun := false
			var err error
			if cur.opts, err = c.pin(ctx, opts); err == nil {
				begun, err = c.bring(ctx, cur, yield)
			}
			if errors.Is(err, ErrTooLate) && !begun && !cur.fixed && tries < maxRefusals {
				continue
			}
			if err != nil {
				yield(reply{}, explain(verb, path, err))
			}
			return
		}
	}
}

// bring yields the answers to one request, to the end or as long as they are
// wanted, and reports whether there were any.
func (c *Client) bring(ctx context.Context, cur *listCursor, yield func(reply, error) bool) (begun bool, err error) {
	s, err := c.newStream(ctx, cur)
	if err != nil {
		return false, err
	}
	defer s.close()
	for {
		r, err := s.next()
		if err == io.EOF {
			return begun, nil
		}
		if err != nil {
			return begun, err
		}
		begun = true
		if !yield(r, nil) {
			return true, nil
		}
	}
}

// pin adds the present revision to opts if they ask for none: a list may take
// more than one request, and those must see the same store. Before the first
// change there is no revision to ask for, and no file.
func (c *Client) pin(ctx context.Context, opts []ReadOption) ([]ReadOption, error) {
	if fixes(opts) {
		return opts, nil
	}
	rev, err := c.Rev(ctx, opts...)
	if err != nil || rev == 0 {
		return opts, err
	}
	return append(opts[:len(opts):len(opts)], At(rev)), nil
}

// fixes reports whether opts ask for a certain revision.
func fixes(opts []ReadOption) bool {
	return slices.ContainsFunc(opts, func(o ReadOption) bool { return o.at })
}

// listCursor goes along by offset.
type listCursor struct {
	verb  proto.Request_Verb
	path  string
	opts  []ReadOption
	fixed bool  // the caller asked for that revision
	home  bool  // it is not worth a change of node
	seen  int32 // answers
}

func (l *listCursor) ask(q *request) {
	q.begin(l.verb)
	q.setPath(l.path)
	q.setOffset(l.seen)
	q.setRead(l.opts)
}

func (l *listCursor) see(*reply) bool {
	l.seen++
	return true
}

// retry: before the first answer a revision of our own choice is chosen anew.
func (l *listCursor) retry() bool {
	if l.home || !l.fixed && l.seen == 0 {
		return false
	}
	var q request
	l.ask(&q)
	return q.past() > 0
}

// costly: what was seen has to be counted off again.
func (l *listCursor) costly() bool { return true }
