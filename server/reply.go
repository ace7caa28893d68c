package server

import "github.com/ha/doozer/proto"

// The flags of responses. Clients compare WAIT's with 4 and 8 by equality, and
// 2011's streams are told apart from their end by these bits.
const (
	valid = int32(proto.Response_VALID)
	done  = int32(proto.Response_DONE)
	isSet = int32(proto.Response_SET_EVENT)
	isDel = int32(proto.Response_DEL_EVENT)
	more  = int32(proto.Response_MORE)
)

// reply is a Response laid flat: what a verb answers. Fields that are nil or
// not marked as there are left out.
type reply struct {
	flags  int32
	rev    int64
	hasRev bool
	length int32
	hasLen bool
	path   string // empty: none; no answer has an empty path
	value  []byte // nil: none
	err    error  // not nil: an error response, and nothing else of the above
}

func failed(err error) *reply { return &reply{err: err} }

// scratch is the Response that a connection encodes its answers from, with
// the places that its pointers point to. It is used again and again.
type scratch struct {
	msg    proto.Response
	tag    int32
	flags  int32
	length int32
	rev    int64
	path   string
	code   proto.Response_Err
	detail string
}

// fill makes the message of a reply to the request in slot s.
func (a *scratch) fill(s *slot, r *reply) *proto.Response {
	m := &a.msg
	m.Tag, m.Rev, m.Path, m.Value, m.Len, m.ErrCode, m.ErrDetail = nil, nil, nil, nil, nil, nil, nil
	if s.hasTag {
		a.tag = s.tag
		m.Tag = &a.tag
	}
	m.Flags = &a.flags
	if r.err != nil {
		a.flags = valid | done
		a.code, a.detail = errorCode(r.err)
		m.ErrCode = &a.code
		if a.detail != "" {
			m.ErrDetail = &a.detail
		}
		return m
	}
	a.flags = r.flags
	if r.hasRev {
		a.rev = r.rev
		m.Rev = &a.rev
	}
	if r.hasLen {
		a.length = r.length
		m.Len = &a.length
	}
	if r.path != "" {
		a.path = r.path
		m.Path = &a.path
	}
	m.Value = r.value
	return m
}
