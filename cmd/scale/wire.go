package main

import (
	golang "google.golang.org/protobuf/proto"

	"google.golang.org/protobuf/encoding/protowire"

	"github.com/ha/doozer/consensus"
	"github.com/ha/doozer/proto"
	"github.com/ha/doozer/store"
)

const (
	lengthBytes = 4    // before a frame
	segment     = 1448 // bytes of a frame that go in one packet
	headerBytes = 66   // of a packet: Ethernet, IP and TCP
)

// frameBytes is the length of a frame of messages between nodes.
func frameBytes(msgs []consensus.Message) int {
	n := lengthBytes
	for i := range msgs {
		n += protowire.SizeTag(1) + protowire.SizeBytes(messageBytes(&msgs[i]))
	}
	return n
}

func messageBytes(msg *consensus.Message) int {
	m := proto.Msg{
		Kind: uint32(msg.Kind), Lo: msg.Lo, Span: msg.Hi - msg.Lo, Round: msg.Round, Vround: msg.VRound, Num: msg.Num,
		Value: msg.Value, Ids: msg.IDs, Flag: msg.Flag,
	}
	return m.SizeVT()
}

// onWire is what bytes that are written at once are with the headers of their packets.
func onWire(bytes int) int { return bytes + (bytes+segment-1)/segment*headerBytes }

// setBytes is the length of the mutation of a SET, and eventBytes that of the change that a watch tells of.
func setBytes(path string, value int) int {
	m, err := store.EncodeSet(path, make([]byte, value), store.Clobber)
	if err != nil {
		panic(err)
	}
	return len(m)
}

func eventBytes(path string, value int) int {
	flags := int32(proto.Response_VALID | proto.Response_SET_EVENT)
	r := proto.Response{Tag: golang.Int32(128), Flags: &flags, Rev: golang.Int64(1 << 20), Path: &path, Value: make([]byte, value)}
	return lengthBytes + r.SizeVT()
}
