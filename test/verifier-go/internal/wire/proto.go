package wire

import "errors"

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
		key, rest, err := varint(data)
		if err != nil || key>>3 == 0 {
			return nil, errProto
		}
		number := key >> 3
		switch key & 7 {
		case 0:
			var value uint64
			if value, rest, err = varint(rest); err != nil {
				return nil, err
			}
			m.Ints[number] = append(m.Ints[number], value)
		case 2:
			length, behind, err := varint(rest)
			if err != nil || length > uint64(len(behind)) {
				return nil, errProto
			}
			m.Bytes[number] = append(m.Bytes[number], behind[:length])
			rest = behind[length:]
		case 1, 5:
			size := map[uint64]int{1: 8, 5: 4}[key&7]
			if len(rest) < size {
				return nil, errProto
			}
			rest = rest[size:]
		default:
			return nil, errProto
		}
		data = rest
	}
	return m, nil
}

func varint(data []byte) (uint64, []byte, error) {
	var value uint64
	for i := 0; i < len(data) && i < 10; i++ {
		if i == 9 && data[i] > 1 {
			return 0, nil, errProto
		}
		value |= uint64(data[i]&0x7f) << (7 * i)
		if data[i] < 0x80 {
			return value, data[i+1:], nil
		}
	}
	return 0, nil, errProto
}

// Last is the value of a field that stands once: its last, or nothing.
func (m *Message) Last(number uint64) []byte {
	if values := m.Bytes[number]; len(values) > 0 {
		return values[len(values)-1]
	}
	return nil
}

// Int is the number in a field that stands once: its last, or 0.
func (m *Message) Int(number uint64) uint64 {
	if values := m.Ints[number]; len(values) > 0 {
		return values[len(values)-1]
	}
	return 0
}

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
