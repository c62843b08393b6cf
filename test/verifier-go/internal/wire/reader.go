// Package wire reads bytes: the fields of the tables of docs/formats.md, and protocol buffers.
package wire

import (
	"encoding/binary"
	"unicode/utf8"

	"cotrace.example/verifier/internal/fault"
)

// Reader reads fields in their order. The first that is not there decides how the bytes are refused.
type Reader struct {
	Rest []byte
	Code string
}

func (r *Reader) fail(code string) {
	if r.Code == "" {
		r.Code = code
	}
}

// Bytes are as many as are asked for; zeros where they are not there.
func (r *Reader) Bytes(length int) []byte {
	if length > len(r.Rest) {
		r.fail("TRUNCATED")
	}
	if r.Code != "" {
		return make([]byte, min(length, 32))
	}
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
	if length > most {
		r.fail("TOO_LONG")
	}
	text := string(r.Bytes(int(min(length, most))))
	if !utf8.ValidString(text) {
		r.fail("BAD_UTF8")
	}
	return text
}

// Tag must be next.
func (r *Reader) Tag(tag string) {
	if string(r.Bytes(len(tag))) != tag {
		r.fail("BAD_TAG")
	}
}

// End is nil where everything was there, nothing is left, and what was read is valid; `code` is for what is not.
func (r *Reader) End(isValid bool, code string) error {
	if len(r.Rest) > 0 {
		r.fail("TRAILING_BYTES")
	}
	if !isValid {
		r.fail(code)
	}
	if r.Code != "" {
		return fault.New(r.Code, "not of its form (%s)", code)
	}
	return nil
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
