// Package wire reads bytes: the fields of the tables of docs/formats.md, and protocol buffers.
package wire

import (
	"encoding/binary"
	"unicode/utf8"

	"cotrace.example/verifier/internal/fault"
)

// Reader reads fields in their order. The first that is not there decides how the bytes are refused.
type Reader struct {
	Rest    []byte
	Code    string
	refused bool
}

func (r *Reader) fail(code string) {
	if r.Code == "" {
		r.Code = code
	}
}

func (r *Reader) bytes(length int) []byte {
	if r.Code != "" || length > len(r.Rest) {
		r.fail("TRUNCATED")
		return make([]byte, min(length, 64))
	}
	out := r.Rest[:length:length]
	r.Rest = r.Rest[length:]
	return out
}

// Hash is 32 bytes.
func (r *Reader) Hash() []byte { return r.bytes(32) }

// U16 is a number of 16 bits.
func (r *Reader) U16() int { return int(binary.BigEndian.Uint16(r.bytes(2))) }

// U32 is a number of 32 bits.
func (r *Reader) U32() uint32 { return binary.BigEndian.Uint32(r.bytes(4)) }

// U64 is a number of 64 bits.
func (r *Reader) U64() uint64 { return binary.BigEndian.Uint64(r.bytes(8)) }

// Text is UTF-8 behind its length, of at most `most` bytes.
func (r *Reader) Text(most int) string {
	length := r.U32()
	if uint64(length) > uint64(most) {
		r.fail("TOO_LONG")
		return ""
	}
	text := string(r.bytes(int(length)))
	if !utf8.ValidString(text) {
		r.fail("BAD_UTF8")
	}
	return text
}

// Tag must be next.
func (r *Reader) Tag(tag string) {
	if len(r.Rest) < len(tag) {
		r.fail("TRUNCATED")
	} else if string(r.bytes(len(tag))) != tag {
		r.fail("BAD_TAG")
	}
}

// Refuse marks what was read as not valid, where all fields are there.
func (r *Reader) Refuse() { r.refused = true }

// End is nil where everything was there, nothing is left and nothing was refused; `code` is for what was refused.
func (r *Reader) End(code, what string) error {
	if len(r.Rest) > 0 {
		r.fail("TRAILING_BYTES")
	}
	if r.refused {
		r.fail(code)
	}
	if r.Code != "" {
		return fault.New(r.Code, "not a valid %s", what)
	}
	return nil
}
