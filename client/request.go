package client

import (
	"bytes"

	"github.com/ha/doozer/proto"
)

// request is a message together with what its optional fields point at, so
// that a request costs no allocation a field.
type request struct {
	msg    proto.Request
	tag    int32
	verb   proto.Request_Verb
	path   string
	rev    int64
	offset int32
	limit  int32
	local  bool
}

// begin makes q a request for verb with no arguments.
func (q *request) begin(verb proto.Request_Verb) {
	q.msg.Reset()
	q.verb, q.path = verb, ""
	q.msg.Tag, q.msg.Verb = &q.tag, &q.verb
}

func (q *request) setPath(path string) {
	q.path = path
	q.msg.Path = &q.path
}

func (q *request) setRev(rev int64) {
	q.rev = rev
	q.msg.Rev = &q.rev
}

// setOffset asks for the entries from offset on. The limit of 0, for all of
// them, is what tells a stream from a request for a single entry.
func (q *request) setOffset(offset int32) {
	q.offset, q.limit = offset, 0
	q.msg.Offset, q.msg.Limit = &q.offset, &q.limit
}

// writes reports whether the request changes files, so that to send it twice
// might do twice what was meant once. A session may be prolonged twice.
func (q *request) writes() bool {
	switch q.verb {
	case proto.Request_SET, proto.Request_DEL, proto.Request_ESET, proto.Request_TXN:
		return true
	case proto.Request_CHECKIN:
		return q.rev != Clobber
	}
	return false
}

// size is the bytes of the request's values.
func (q *request) size() int {
	n := len(q.msg.Value)
	for _, st := range q.msg.Steps {
		n += len(st.Value)
	}
	return n
}

// fits says what is too large for a frame, which would cost us the connection.
func (q *request) fits() error {
	switch {
	case len(q.msg.Steps) == 0 && len(q.path)+len(q.msg.Value) <= proto.MaxValue, q.msg.SizeVT() <= proto.MaxFrame:
		return nil
	case len(q.path) > len(q.msg.Value):
		return ErrBadPath
	}
	return ErrValueTooLarge
}

// A ReadOption says which state of the store a read is to see. Without any it
// is linearizable: it sees every write that was answered before it began.
type ReadOption struct {
	rev   int64
	at    bool
	local bool
}

// At has a read see the store as it was at revision rev, 1 or more. One that
// is not there yet is waited for; one that the node no longer keeps is asked for at
// others, and ErrTooLate in the end.
func At(rev int64) ReadOption { return ReadOption{rev: rev, at: true} }

// Local has a read see the node's own copy of the store as it stands. It may
// lack the latest writes, but needs no majority of the cluster. With At it
// asks no other node for what that one no longer keeps.
func Local() ReadOption { return ReadOption{local: true} }

func (q *request) setRead(opts []ReadOption) {
	for _, o := range opts {
		if o.at {
			q.setRev(o.rev)
		}
		if o.local {
			q.local = true
			q.msg.Local = &q.local
		}
	}
}

// reply is an answer in plain values, or what came instead of one.
type reply struct {
	tag   int32
	flags int32
	len   int32
	rev   int64
	path  string
	value []byte
	err   error // *Error: the node refused; else the call or its connection ended
	sent  bool  // the request was handed to the connection
}

// newReply copies what it keeps: the frame of a will be gone.
func newReply(a *proto.Answer) reply {
	r := reply{
		tag:   a.Tag,
		flags: a.Flags,
		len:   a.Len,
		rev:   a.Rev,
		path:  string(a.Path),
		value: bytes.Clone(a.Value),
		sent:  true,
	}
	if a.Failed {
		r.err = &Error{Code: a.ErrCode, Detail: string(a.Detail)}
	}
	return r
}

func (r *reply) has(f proto.Response_Flag) bool { return r.flags&int32(f) != 0 }
