package journal

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"slices"
)

// A frame is a header of 16 bytes and a message:
//
//	"dzj"  kind  length(4, big endian)  checksum(4)  checksum(4)  message
//
// The first checksum (CRC-32C) covers the place where the frame lies, the kind and the length; the second
// one goes on over the message. So a frame that was copied elsewhere, as by a user who stores a journal
// in the store, is none; and after damage the next frame is found by looking for a header, none of which
// has to be taken at its word.
const (
	frameMark  = "dzj"
	headerLen  = 16
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
	sum := headerSum(p, header)
	binary.BigEndian.PutUint32(header[8:], sum)
	binary.BigEndian.PutUint32(header[12:], messageSum(sum, dst[at+headerLen:]))
	return dst
}

// frameLen is the length of the frame at p that header begins; ok is false if it begins none.
func frameLen(p place, header []byte) (n int, ok bool) {
	size := binary.BigEndian.Uint32(header[4:])
	ok = string(header[:3]) == frameMark && size <= maxMessage && binary.BigEndian.Uint32(header[8:]) == headerSum(p, header)
	return headerLen + int(size), ok
}

// intact reports whether the message of a frame, whose header is intact, is so too.
func intact(frame []byte) bool {
	sum := binary.BigEndian.Uint32(frame[8:])
	return binary.BigEndian.Uint32(frame[12:]) == messageSum(sum, frame[headerLen:])
}

func headerSum(p place, header []byte) uint32 {
	var at [16]byte
	binary.BigEndian.PutUint64(at[:8], uint64(p.seq))
	binary.BigEndian.PutUint64(at[8:], uint64(p.offset))
	return messageSum(messageSum(0, at[:]), header[3:8])
}

func messageSum(sum uint32, b []byte) uint32 {
	return crc32.Update(sum, crc32.MakeTable(crc32.Castagnoli), b) // a table made once, by the library
}
