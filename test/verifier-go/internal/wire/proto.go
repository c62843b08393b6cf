package wire

import (
	"encoding/binary"

	"cotrace.example/verifier/internal/fault"
)

// Proto reads protocol buffers; what is not one is refused with its code.
type Proto struct{ Code string }

// Message is the fields of a protocol buffer: of each number its values, in order. Numbers are in Ints, all else in Bytes.
type Message struct {
	Bytes map[uint64][][]byte
	Ints  map[uint64][]uint64
}

// Message reads a message along these fields of messages in messages; it is empty where it is not there.
func (p Proto) Message(data []byte, fields ...uint64) *Message {
	m := p.read(data)
	for _, field := range fields {
		m = p.read(m.Last(field))
	}
	return m
}

func (p Proto) read(data []byte) *Message {
	m := &Message{map[uint64][][]byte{}, map[uint64][]uint64{}}
	number := func() uint64 {
		value, size := binary.Uvarint(data)
		fault.Unless(size > 0, p.Code, "not a number of a protocol buffer")
		data = data[size:]
		return value
	}
	for len(data) > 0 {
		key := number()
		field, kind, length := key>>3, key&7, uint64(0)
		switch kind {
		case 0:
			m.Ints[field] = append(m.Ints[field], number())
		case 1:
			length = 8
		case 2:
			length = number()
		case 5:
			length = 4
		}
		isKnown := kind < 3 || kind == 5
		fault.Unless(isKnown && field > 0 && length <= uint64(len(data)), p.Code, "not a field of a protocol buffer")
		if kind == 2 {
			m.Bytes[field] = append(m.Bytes[field], data[:length])
		}
		data = data[length:]
	}
	return m
}

// Entries of a map field: of each key its value.
func (p Proto) Entries(m *Message, field uint64) map[string][]byte {
	found := map[string][]byte{}
	for _, listed := range m.Bytes[field] {
		entry := p.read(listed)
		found[entry.Text(1)] = entry.Last(2)
	}
	return found
}

func last[T any](values []T) (value T) {
	if len(values) > 0 {
		value = values[len(values)-1]
	}
	return value
}

// Last is the value of a field that stands once: its last, or nothing.
func (m *Message) Last(number uint64) []byte { return last(m.Bytes[number]) }

// Text is the like.
func (m *Message) Text(number uint64) string { return string(m.Last(number)) }

// Int is the number in a field that stands once: its last, or 0.
func (m *Message) Int(number uint64) uint64 { return last(m.Ints[number]) }

// Header is what is needed of every envelope (common/common.proto of fabric-protos).
type Header struct {
	Kind                 uint64
	Channel, TxID, MspID string
	Data                 []byte
}

// Header reads the header of an envelope.
func (p Proto) Header(envelope []byte) *Header {
	payload := p.Message(envelope, 1)
	channel, creator := p.Message(payload.Last(1), 1), p.Message(payload.Last(1), 2, 1)
	return &Header{channel.Int(1), channel.Text(4), channel.Text(5), creator.Text(1), payload.Last(2)}
}
