package peer

import (
	"fmt"
	"unsafe"

	"google.golang.org/protobuf/encoding/protowire"

	"github.com/ha/doozer/store"
)

// The tags of a SnapshotChunk's fields that take part once its head is known, and of a File's.
const (
	tagFile = 3<<3 | uint64(protowire.BytesType)
	tagDone = 5<<3 | uint64(protowire.VarintType)

	tagPath      = 1<<3 | uint64(protowire.BytesType)
	tagFileValue = 2<<3 | uint64(protowire.BytesType)
	tagRev       = 3<<3 | uint64(protowire.VarintType)
)

// takeFiles takes a chunk that is not the first one. Its files stay where they are: b must not be
// modified any more. The generated code would allocate three times a file.
func (s *snapshot) takeFiles(b []byte) (done bool, err error) {
	for len(b) > 0 {
		tag, n := varint(b)
		if n < 0 {
			return false, protowire.ParseError(n)
		}
		b = b[n:]
		switch tag {
		case tagFile:
			var file []byte
			if file, n = protowire.ConsumeBytes(b); n >= 0 {
				err = s.takeFile(file)
			}
		case tagDone:
			var v uint64
			v, n = protowire.ConsumeVarint(b)
			done = v != 0
		default:
			n = skip(tag, b)
		}
		if n < 0 {
			err = protowire.ParseError(n)
		}
		if err != nil {
			return false, fmt.Errorf("%w: %w", errBadSnapshot, err)
		}
		b = b[n:]
	}
	return done, nil
}

func (s *snapshot) takeFile(b []byte) error {
	var f store.File
	for len(b) > 0 {
		tag, n := varint(b)
		if n < 0 {
			return protowire.ParseError(n)
		}
		b = b[n:]
		switch tag {
		case tagPath:
			var path []byte
			path, n = protowire.ConsumeBytes(b)
			f.Path = unsafe.String(unsafe.SliceData(path), len(path))
		case tagFileValue:
			f.Value, n = protowire.ConsumeBytes(b)
		case tagRev:
			n = number(b, &f.Rev)
		default:
			n = skip(tag, b)
		}
		if n < 0 {
			return protowire.ParseError(n)
		}
		b = b[n:]
	}
	s.files = append(s.files, f)
	return nil
}

// skip passes over a field that a later release may send.
func skip(tag uint64, b []byte) int {
	num, typ := protowire.DecodeTag(tag)
	return protowire.ConsumeFieldValue(num, typ, b)
}
