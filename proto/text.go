package proto

import (
	//lint:ignore SA1019 the text form is for people's eyes; this is the given dependency that has it
	"github.com/golang/protobuf/proto"
)

// Text is a message on one line, for logs and for people. Nothing may parse
// it: its form is not promised.
func Text(m proto.Message) string { return proto.CompactTextString(m) }
