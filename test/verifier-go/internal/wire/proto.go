package wire

import (
	"encoding/binary"
	"errors"
)

var errProto = errors.New("not a protocol buffer")

// Message is the fields of a protocol buffer: of each number its values, in order. Numbers are in Ints, all else in Bytes.
type Message struct {
	Bytes map[uint64][][]byte
	Ints  map[uint64][]uint64
}

// ReadMessage reads one level of a protocol buffer.
func ReadMessage(data []byte) (*Message, error) {
	m := &Message{map[uint64][][]byte{}, map[uint64][]uint64{}}
	for len(data) > 0 {
		key, size := binary.Uvarint(data)
		number := key >> 3
		if size <= 0 || number == 0 {
			return nil, errProto
		}
		data = data[size:]
		value, length := uint64(0), uint64(0)
		switch key & 7 {
		case 0, 2:
			if value, size = binary.Uvarint(data); size <= 0 {
				return nil, errProto
			}
			data = data[size:]
			if length = value; key&7 == 0 {
				length = 0
				m.Ints[number] = append(m.Ints[number], value)
			}
		case 1:
			length = 8
		case 5:
			length = 4
		default:
			return nil, errProto
		}
		if length > uint64(len(data)) {
			return nil, errProto
		}
		if key&7 == 2 {
			m.Bytes[number] = append(m.Bytes[number], data[:length])
		}
		data = data[length:]
	}
	return m, nil
}

func last[T any](values []T) (value T) {
	if len(values) > 0 {
		value = values[len(values)-1]
	}
	return value
}

// Last is the value of a field that stands once: its last, or nothing.
func (m *Message) Last(number uint64) []byte { return last(m.Bytes[number]) }

// Int is the number in a field that stands once: its last, or 0.
func (m *Message) Int(number uint64) uint64 { return last(m.Ints[number]) }

// Within reads messages in messages, along these fields.
func Within(data []byte, fields ...uint64) (*Message, error) {
	m, err := ReadMessage(data)
	for _, field := range fields {
		if err != nil {
			return nil, err
		}
		m, err = ReadMessage(m.Last(field))
	}
	return m, err
}
