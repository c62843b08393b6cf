// Package wire reads bytes: the fields of the tables of docs/formats.md, and protocol buffers.
package wire

import (
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

// Hash is 32 bytes.
func (r *Reader) Hash() []byte { return r.Bytes(32) }

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
