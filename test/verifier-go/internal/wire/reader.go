// Package wire reads bytes: the fields of the tables of docs/formats.md, and protocol buffers.
package wire

import (
	"encoding/binary"
	"unicode/utf8"

	"cotrace.example/verifier/internal/fault"
)

// Reader reads fields in their order. The first that is not there decides how the bytes are refused.
type Reader struct {
	rest    []byte
	code    string
	refused bool
}

// NewReader begins at the front.
func NewReader(data []byte) *Reader { return &Reader{rest: data} }

func (r *Reader) fail(code string) {
	if r.code == "" {
		r.code = code
	}
}

// Bytes are the next `length` bytes.
func (r *Reader) Bytes(length int) []byte {
	if r.code != "" || length > len(r.rest) {
		r.fail("TRUNCATED")
		return make([]byte, min(length, 64))
	}
	out := r.rest[:length:length]
	r.rest = r.rest[length:]
	return out
}

// Hash is 32 bytes.
func (r *Reader) Hash() []byte { return r.Bytes(32) }

// U16 is a number of 16 bits.
func (r *Reader) U16() int { return int(binary.BigEndian.Uint16(r.Bytes(2))) }

// U32 is a number of 32 bits.
func (r *Reader) U32() uint32 { return binary.BigEndian.Uint32(r.Bytes(4)) }

// U64 is a number of 64 bits.
func (r *Reader) U64() uint64 { return binary.BigEndian.Uint64(r.Bytes(8)) }

// Text is UTF-8 behind its length, of at most `most` bytes.
func (r *Reader) Text(most int) string {
	length := r.U32()
	if uint64(length) > uint64(most) {
		r.fail("TOO_LONG")
		return ""
	}
	text := string(r.Bytes(int(length)))
	if r.code == "" && !utf8.ValidString(text) {
		r.fail("BAD_UTF8")
	}
	return text
}

// Tag must be next.
func (r *Reader) Tag(tag string) {
	if r.code == "" && len(r.rest) < len(tag) {
		r.fail("TRUNCATED")
		return
	}
	if string(r.Bytes(len(tag))) != tag {
		r.fail("BAD_TAG")
	}
}

// Refuse marks what was read as not valid, where all fields are there.
func (r *Reader) Refuse() { r.refused = true }

// End is nil where everything was there, nothing is left and nothing was refused; `code` is for what was refused.
func (r *Reader) End(code, what string) error {
	if len(r.rest) > 0 {
		r.fail("TRAILING_BYTES")
	}
	if r.refused {
		r.fail(code)
	}
	if r.code != "" {
		return fault.New(r.code, "not a valid %s", what)
	}
	return nil
}
