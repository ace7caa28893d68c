package journal

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"slices"
)

// A frame is a header of 12 bytes and a message:
//
//	"dzj"  kind  length(4, big endian)  checksum(4, big endian)  message
//
// The checksum (CRC-32C) covers the message, its kind and length, and the place
// where the frame lies. So a frame that was copied elsewhere, as by a user who
// stores a journal in the store, is none; and after damage the next frame can be
// found by looking for one.
const (
	frameMark  = "dzj"
	headerLen  = 12
	maxMessage = 16 << 20 // bytes; a request that could cause a record has 4 MiB at most
)

// The kinds of a frame.
const (
	kindHead   = 'h'
	kindRecord = 'r'
	kindFile   = 'f'
	kindFoot   = 'e'
)

// place is where a frame lies.
type place struct {
	seq    int64 // the segment's number; 0: a snapshot
	offset int64 // of the frame's first byte
}

// message is what every generated message has.
type message interface {
	SizeVT() int
	MarshalToSizedBufferVT(b []byte) (int, error)
}

// appendFrame appends the frame of m, which is to lie at p.
func appendFrame(dst []byte, p place, kind byte, m message) []byte {
	n := m.SizeVT()
	if n > maxMessage {
		panic(fmt.Sprintf("journal: a message of %d bytes", n)) // Append checked it
	}
	at := len(dst)
	end := at + headerLen + n
	dst = slices.Grow(dst, headerLen+n)[:end]
	if wrote, err := m.MarshalToSizedBufferVT(dst[at+headerLen:]); err != nil || wrote != n {
		panic(fmt.Sprintf("journal: a message of %d bytes was encoded as %d: %v", n, wrote, err))
	}
	header := dst[at : at+headerLen]
	copy(header, frameMark)
	header[3] = kind
	binary.BigEndian.PutUint32(header[4:], uint32(n))
	binary.BigEndian.PutUint32(header[8:], checksum(p, header, dst[at+headerLen:]))
	return dst
}

// frameLen is the length of the frame that header begins; ok is false if it begins none.
func frameLen(header []byte) (n int, ok bool) {
	size := binary.BigEndian.Uint32(header[4:])
	ok = string(header[:3]) == frameMark && size <= maxMessage
	return headerLen + int(size), ok
}

// intact reports whether the bytes are a frame that was written at p.
func intact(p place, frame []byte) bool {
	header, body := frame[:headerLen], frame[headerLen:]
	return binary.BigEndian.Uint32(header[8:]) == checksum(p, header, body)
}

func checksum(p place, header, body []byte) uint32 {
	var at [16]byte
	binary.BigEndian.PutUint64(at[:8], uint64(p.seq))
	binary.BigEndian.PutUint64(at[8:], uint64(p.offset))
	table := crc32.MakeTable(crc32.Castagnoli) // made once, by the library
	sum := crc32.Update(0, table, at[:])
	sum = crc32.Update(sum, table, header[3:8])
	return crc32.Update(sum, table, body)
}
