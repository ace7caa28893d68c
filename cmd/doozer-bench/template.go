package main

import (
	"bytes"
	"fmt"

	golang "google.golang.org/protobuf/proto"

	"github.com/ha/doozer/client"
	"github.com/ha/doozer/proto"
)

// kind is what is asked for.
type kind int

const (
	kindEcho kind = iota // of a SET's frame
	kindSet
	kindGet
)

const (
	valueLen  = 64      // bytes of every value
	keyDigits = 6       // of a key in its path and value
	maxKeys   = 1000000 // keys are 0 up to, and without, this
	firstTag  = 128     // tags up to maxTag are two bytes on the wire
	maxTag    = 1<<14 - 1
)

const keyMark = "000000" // where a key goes

// benchValue is every value, but for the key at its front.
const benchValue = keyMark + "vvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvv"

// groupMark in a directory's name is where the first digits of a key go, so that the files are spread over 1,000 directories.
const groupMark = "ggg"

const groupSize = 1000 // files in each of these

// template is a request encoded once. Its tag, and its key in path and value,
// are patched in place, so that a request costs a copy.
type template struct {
	kind  kind
	frame []byte
	tagAt int
	keyAt []int
	group int    // where the groupMark is; 0: there is none
	value []byte // what a file holds, but for the key at its front
}

// newTemplate encodes the request of a kind for the files of a directory.
func newTemplate(k kind, dir string) (*template, error) {
	req := &proto.Request{
		Tag:  golang.Int32(firstTag),
		Path: golang.String(dir + "/f" + keyMark),
		Verb: proto.Request_GET.Enum(),
	}
	if k != kindGet {
		req.Verb = proto.Request_SET.Enum()
		req.Value = []byte(benchValue)
		req.Rev = golang.Int64(client.Clobber)
	}
	t := &template{kind: k, frame: proto.AppendFrame(nil, req), value: []byte(benchValue)}
	t.tagAt = bytes.Index(t.frame, []byte{1 << 3, firstTag, 1}) + 1
	t.group = max(bytes.Index(t.frame, []byte(groupMark)), 0)
	for at := 0; ; at += keyDigits {
		i := bytes.Index(t.frame[at:], []byte(keyMark))
		if i < 0 {
			break
		}
		at += i
		t.keyAt = append(t.keyAt, at)
	}
	if want := map[kind]int{kindEcho: 2, kindSet: 2, kindGet: 1}[k]; t.tagAt != 5 || len(t.keyAt) != want {
		return nil, fmt.Errorf("directory %q does not go with the way requests are patched", dir)
	}
	return t, nil
}

// patch makes the frame that of a tag and key; it is valid until the next.
func (t *template) patch(tag, key int) []byte {
	t.frame[t.tagAt] = byte(tag) | 0x80
	t.frame[t.tagAt+1] = byte(tag >> 7)
	for _, at := range t.keyAt {
		putKey(t.frame[at:at+keyDigits], key)
	}
	if t.group > 0 {
		putKey(t.frame[t.group:t.group+len(groupMark)], key/groupSize)
	}
	return t.frame
}

func putKey(b []byte, key int) {
	for i := len(b) - 1; i >= 0; i-- {
		b[i] = byte('0' + key%10)
		key /= 10
	}
}

// holds reports whether value is that of the key's file.
func (t *template) holds(value []byte, key int) bool {
	if len(value) != valueLen {
		return false
	}
	var digits [keyDigits]byte
	putKey(digits[:], key)
	return bytes.Equal(value[:keyDigits], digits[:]) && bytes.Equal(value[keyDigits:], t.value[keyDigits:])
}
