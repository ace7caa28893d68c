package peer

import (
	"unsafe"

	"google.golang.org/protobuf/encoding/protowire"

	"github.com/ha/doozer/store"
)

// The tags of a SnapshotChunk's fields, of which those of its head take no part once that is known, and of a File's.
const (
	tagApplied  = 1<<3 | uint64(protowire.VarintType)
	tagConfigs  = 2<<3 | uint64(protowire.BytesType)
	tagFile     = 3<<3 | uint64(protowire.BytesType)
	tagChunkRev = 4<<3 | uint64(protowire.VarintType)
	tagDone     = 5<<3 | uint64(protowire.VarintType)

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
		case tagApplied, tagChunkRev:
			_, n = protowire.ConsumeVarint(b)
		case tagConfigs:
			_, n = protowire.ConsumeBytes(b)
		default:
			n, err = unknown(tag, b, tagDone)
		}
		if n < 0 {
			err = protowire.ParseError(n)
		}
		if err != nil {
			return false, err
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
		var err error
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
			n, err = unknown(tag, b, tagRev)
		}
		if n < 0 {
			err = protowire.ParseError(n)
		}
		if err != nil {
			return err
		}
		b = b[n:]
	}
	s.files = append(s.files, f)
	return nil
}
