package main

import (
	"fmt"
	"strings"
	"testing"

	"github.com/bmizerany/assert"
	golang "google.golang.org/protobuf/proto"

	"github.com/ha/doozer/proto"
)

func TestPatchedFramesAreWhatTheyWouldBeEncodedAs(t *testing.T) {
	for _, k := range []kind{kindEcho, kindSet, kindGet} {
		tmpl, err := newTemplate(k, "/dir")
		assert.Equal(t, nil, err)
		for _, tag := range []int{firstTag, 255, 256, 1023 + firstTag, maxTag} {
			for _, key := range []int{0, 7, 123456, maxKeys - 1} {
				digits := fmt.Sprintf("%06d", key)
				req := &proto.Request{Tag: golang.Int32(int32(tag)), Path: golang.String("/dir/f" + digits)}
				req.Verb = proto.Request_GET.Enum()
				if k != kindGet {
					req.Verb = proto.Request_SET.Enum()
					req.Value = []byte(digits + strings.Repeat("v", valueLen-keyDigits))
					req.Rev = golang.Int64(-1)
				}
				exp := proto.AppendFrame(nil, req)
				assert.Equal(t, exp, tmpl.patch(tag, key))
			}
		}
	}
}

func TestTemplateSpreadsFilesOverDirectories(t *testing.T) {
	tmpl, err := newTemplate(kindGet, "/many/"+groupMark)
	assert.Equal(t, nil, err)
	for key, path := range map[int]string{0: "/many/000/f000000", 12_345: "/many/012/f012345", maxKeys - 1: "/many/999/f999999"} {
		exp := proto.AppendFrame(nil, &proto.Request{
			Tag: golang.Int32(firstTag), Path: golang.String(path), Verb: proto.Request_GET.Enum(),
		})
		assert.Equal(t, exp, tmpl.patch(firstTag, key))
	}
}

func TestTemplateRefusesADirectoryThatLooksLikeAKey(t *testing.T) {
	_, err := newTemplate(kindSet, "/000000")
	assert.NotEqual(t, nil, err)
}

// reply encodes an answer with all that a server may say.
func reply(change func(*proto.Response)) []byte {
	r := &proto.Response{
		Tag:   golang.Int32(firstTag),
		Flags: golang.Int32(3),
		Rev:   golang.Int64(42),
		Value: []byte("000007" + strings.Repeat("v", valueLen-keyDigits)),
	}
	change(r)
	return proto.AppendFrame(nil, r)[4:]
}

func TestCheck(t *testing.T) {
	set, err := newTemplate(kindSet, "/dir")
	assert.Equal(t, nil, err)
	get, err := newTemplate(kindGet, "/dir")
	assert.Equal(t, nil, err)
	notDone, future := int32(1), int64(41)
	tests := []struct {
		name   string
		change func(*proto.Response)
		set    bool // a SET after revision 41 takes it
		get    bool // a GET of key 7 takes it
	}{
		{"right", func(*proto.Response) {}, true, true},
		{"no value", func(r *proto.Response) { r.Value = nil }, true, false},
		{"another key's value", func(r *proto.Response) { r.Value[5] = '8' }, true, false},
		{"a damaged value", func(r *proto.Response) { r.Value[63] = 'w' }, true, false},
		{"a short value", func(r *proto.Response) { r.Value = r.Value[:63] }, true, false},
		{"an old revision", func(r *proto.Response) { r.Rev = &future }, false, true},
		{"no revision", func(r *proto.Response) { r.Rev = nil }, false, false},
		{"wrong flags", func(r *proto.Response) { r.Flags = &notDone }, false, false},
		{"an error", func(r *proto.Response) { r.ErrCode = proto.Response_OTHER.Enum() }, false, false},
	}
	for _, test := range tests {
		msg := reply(test.change)
		_, err := set.check(msg, firstTag, 7, 41)
		assert.Equal(t, test.set, err == nil, test.name, err)
		_, err = get.check(msg, firstTag, 7, 41)
		assert.Equal(t, test.get, err == nil, test.name, err)
	}
}

func TestCheckEcho(t *testing.T) {
	tmpl, err := newTemplate(kindEcho, "/dir")
	assert.Equal(t, nil, err)
	msg := append([]byte(nil), tmpl.patch(200, 5)[4:]...)
	tag, err := tagOf(msg)
	assert.Equal(t, nil, err)
	assert.Equal(t, 200, tag)
	_, err = tmpl.check(msg, 200, 5, 0)
	assert.Equal(t, nil, err)
	_, err = tmpl.check(msg, 200, 6, 0)
	assert.NotEqual(t, nil, err)
}

func TestDecodeRefusesWhatIsCutOff(t *testing.T) {
	msg := reply(func(r *proto.Response) { r.ErrDetail = golang.String("why") })
	var a answer
	assert.Equal(t, nil, a.decode(msg))
	assert.Equal(t, "why", string(a.detail))
	whole := 0
	for n := range msg {
		if a.decode(msg[:n]) == nil {
			whole++ // cut between two fields
		}
	}
	assert.Equal(t, 5, whole)
}
