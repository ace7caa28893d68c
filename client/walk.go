package client

import (
	"context"
	"io"
	"iter"

	"github.com/ha/doozer/proto"
)

// File is a file as a walk finds it.
type File struct {
	Path  string
	Value []byte
	Rev   int64
}

// Walk goes through the files that match glob, depth first and in byte order
// of names, all as of one revision. The loop may take its time, or break off;
// it ends after the first error.
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

// list yields the answers to a WALK or GETDIR.
func (c *Client) list(ctx context.Context, verb proto.Request_Verb, path string, opts []ReadOption) iter.Seq2[reply, error] {
	return func(yield func(reply, error) bool) {
		opts, err := c.pin(ctx, opts)
		if err != nil {
			yield(reply{}, explain(verb, path, err))
			return
		}
		s, err := c.newStream(ctx, &listCursor{verb: verb, path: path, opts: opts})
		if err != nil {
			yield(reply{}, explain(verb, path, err))
			return
		}
		defer s.close()
		for {
			r, err := s.next()
			if err == io.EOF {
				return
			}
			if err != nil {
				err = explain(verb, path, err)
			}
			if !yield(r, err) || err != nil {
				return
			}
		}
	}
}

// pin adds the present revision to opts if they ask for none: a list may take
// more than one request, and those must see the same store. Before the first
// change there is no revision to ask for, and no file.
func (c *Client) pin(ctx context.Context, opts []ReadOption) ([]ReadOption, error) {
	for _, o := range opts {
		if o.at {
			return opts, nil
		}
	}
	rev, err := c.Rev(ctx, opts...)
	if err != nil || rev == 0 {
		return opts, err
	}
	return append(opts[:len(opts):len(opts)], At(rev)), nil
}

// listCursor goes along by offset.
type listCursor struct {
	verb proto.Request_Verb
	path string
	opts []ReadOption
	seen int32 // answers
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

// retry: what a walk asks for at an old revision is not worth a change of node, which
// concerns all else that the client does.
func (l *listCursor) retry() bool { return false }
