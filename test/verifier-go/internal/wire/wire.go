// Package wire reads bytes: the fields of the tables of docs/formats.md, and protocol buffers.
package wire

import (
	"crypto/sha256"
	"encoding/binary"
	"unicode/utf8"

	"cotrace.example/verifier/internal/fault"
)

// Reader reads fields in their order.
type Reader struct{ Rest []byte }

// Bytes are as many as are asked for.
func (r *Reader) Bytes(length int) []byte {
	fault.Unless(length <= len(r.Rest), "TRUNCATED", "%d bytes are not there", length)
	out := r.Rest[:length:length]
	r.Rest = r.Rest[length:]
	return out
}

// Uint is a number of as many bytes.
func (r *Reader) Uint(size int) (number uint64) {
	for _, one := range r.Bytes(size) {
		number = number<<8 | uint64(one)
	}
	return number
}

// Text is UTF-8 behind its length, of at most `most` bytes.
func (r *Reader) Text(most uint64) string {
	length := r.Uint(4)
	fault.Unless(length <= most, "TOO_LONG", "a text of more than %d bytes", most)
	text := string(r.Bytes(int(length)))
	fault.Unless(utf8.ValidString(text), "BAD_UTF8", "not UTF-8: %q", text)
	return text
}

// Tag must be next.
func (r *Reader) Tag(tag string) {
	fault.Unless(string(r.Bytes(len(tag))) == tag, "BAD_TAG", "not %q", tag)
}

// End is where nothing is left.
func (r *Reader) End() {
	fault.Unless(len(r.Rest) == 0, "TRAILING_BYTES", "%d bytes more", len(r.Rest))
}

// Bytes of a form: numbers in their width, texts behind their lengths, bytes as they are.
func Bytes(fields ...any) (out []byte) {
	for _, field := range fields {
		switch field := field.(type) {
		case uint32:
			out = binary.BigEndian.AppendUint32(out, field)
		case uint64:
			out = binary.BigEndian.AppendUint64(out, field)
		case string:
			out = append(binary.BigEndian.AppendUint32(out, uint32(len(field))), field...)
		case []byte:
			out = append(out, field...)
		}
	}
	return out
}

// Hash of the bytes of a form.
func Hash(fields ...any) []byte {
	hash := sha256.Sum256(Bytes(fields...))
	return hash[:]
}

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
		fault.Unless((kind < 3 || kind == 5) && field > 0 && length <= uint64(len(data)), p.Code, "not a field of a protocol buffer")
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

// Last is the value of a field that stands once: its last, or nothing. Text and Int are the like.
func (m *Message) Last(number uint64) []byte { return last(m.Bytes[number]) }
func (m *Message) Text(number uint64) string { return string(m.Last(number)) }
func (m *Message) Int(number uint64) uint64  { return last(m.Ints[number]) }

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
