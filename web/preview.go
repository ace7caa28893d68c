package web

import (
	"encoding/hex"
	"unicode/utf8"
)

// previewLen is how many bytes of a value the stream carries.
const previewLen = 200

// preview gives the beginning of a value in one of two forms: as text if it can be
// read as such, else as hex digits. The other one is nil.
func preview(value []byte) (text, hexa *string) {
	head := value
	if len(head) > previewLen {
		head = trimRune(head[:previewLen])
	}
	var s string
	if isText(head) {
		s = string(head)
		return &s, nil
	}
	s = hex.EncodeToString(value[:min(len(value), previewLen)])
	return nil, &s
}

// trimRune takes an incomplete character off the end of b.
func trimRune(b []byte) []byte {
	for n := 1; n < utf8.UTFMax && n <= len(b); n++ {
		if utf8.RuneStart(b[len(b)-n]) {
			if !utf8.FullRune(b[len(b)-n:]) {
				return b[:len(b)-n]
			}
			break
		}
	}
	return b
}

// isText reports whether b is UTF-8 without control characters other than tab, line feed and
// carriage return.
func isText(b []byte) bool {
	for _, c := range b {
		if c < ' ' && c != '\t' && c != '\n' && c != '\r' {
			return false
		}
	}
	return utf8.Valid(b)
}
