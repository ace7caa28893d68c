package main

import (
	"bytes"
	"errors"
	"fmt"

	"google.golang.org/protobuf/encoding/protowire"

	"github.com/ha/doozer/proto"
)

// answer is a Response laid flat: the generated message would have the load
// allocate several times an answer.
type answer struct {
	tag, flags int
	rev        int64
	path       []byte // a part of the frame, as the value
	value      []byte
	code       int // 0: no error
	detail     []byte
}

// tagOf returns the tag of a message, its first field as everyone encodes it.
func tagOf(msg []byte) (int, error) {
	num, typ, n := protowire.ConsumeTag(msg)
	if n < 0 || num != 1 || typ != protowire.VarintType {
		return 0, errors.New("an answer does not begin with its tag")
	}
	v, n := protowire.ConsumeVarint(msg[n:])
	return int(v), protowire.ParseError(n)
}

// decode makes a the Response in msg; it passes over the fields it has no use for.
func (a *answer) decode(msg []byte) error {
	*a = answer{}
	for len(msg) > 0 {
		num, typ, n := protowire.ConsumeTag(msg)
		if n < 0 {
			return protowire.ParseError(n)
		}
		msg = msg[n:]
		switch typ {
		case protowire.VarintType:
			v, n := protowire.ConsumeVarint(msg)
			if n < 0 {
				return protowire.ParseError(n)
			}
			a.setNumber(num, v)
			msg = msg[n:]
		case protowire.BytesType:
			v, n := protowire.ConsumeBytes(msg)
			if n < 0 {
				return protowire.ParseError(n)
			}
			a.setBytes(num, v)
			msg = msg[n:]
		default:
			return fmt.Errorf("an answer's field %d has wire type %d", num, typ)
		}
	}
	return nil
}

func (a *answer) setNumber(num protowire.Number, v uint64) {
	switch num {
	case 1:
		a.tag = int(v)
	case 2:
		a.flags = int(v)
	case 3:
		a.rev = int64(v)
	case 100:
		a.code = int(v)
	}
}

func (a *answer) setBytes(num protowire.Number, v []byte) {
	switch num {
	case 5:
		a.path = v
	case 6:
		a.value = v
	case 101:
		a.detail = v
	}
}

const validDone = int(proto.Response_VALID | proto.Response_DONE)

// check says what is wrong with the answer msg to a request of t for key, and
// returns the revision that it names. after is a revision that the answer
// to a SET must be above: one that was answered before the SET was sent.
func (t *template) check(msg []byte, tag, key int, after int64) (rev int64, err error) {
	if t.kind == kindEcho {
		if !bytes.Equal(msg, t.patch(tag, key)[4:]) {
			return 0, errors.New("the echo is not what was sent")
		}
		return 0, nil
	}
	var a answer
	if err := a.decode(msg); err != nil {
		return 0, err
	}
	switch {
	case a.code != 0:
		return 0, fmt.Errorf("%v %s", proto.Response_Err(a.code), a.detail)
	case a.flags != validDone:
		return 0, fmt.Errorf("flags %d", a.flags)
	case a.rev <= 0:
		return 0, fmt.Errorf("revision %d", a.rev)
	case t.kind == kindSet && a.rev <= after:
		return 0, fmt.Errorf("a SET after revision %d made revision %d", after, a.rev)
	case t.kind == kindGet && !t.holds(a.value, key):
		return 0, fmt.Errorf("key %d has value %q", key, a.value)
	}
	return a.rev, nil
}
