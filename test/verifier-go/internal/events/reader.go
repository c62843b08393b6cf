// Package events reads what a complete history is made of (docs/formats.md, Trace events): leaves, heads, paths.
package events

import (
	"encoding/binary"

	"cotrace.example/verifier/internal/fault"
)

// Reader reads fields in their order; the first that is not there makes all later ones empty.
type Reader struct {
	rest   []byte
	failed bool
}

// NewReader begins at the front.
func NewReader(data []byte) *Reader { return &Reader{rest: data} }

// Bytes are the next `length` bytes.
func (r *Reader) Bytes(length int) []byte {
	if r.failed || length > len(r.rest) {
		r.failed = true
		return make([]byte, min(length, 64))
	}
	out := r.rest[:length:length]
	r.rest = r.rest[length:]
	return out
}

// Hash is 32 bytes.
func (r *Reader) Hash() []byte { return r.Bytes(32) }

// U8 is a number of 8 bits.
func (r *Reader) U8() int { return int(r.Bytes(1)[0]) }

// U16 is a number of 16 bits.
func (r *Reader) U16() int { return int(binary.BigEndian.Uint16(r.Bytes(2))) }

// U32 is a number of 32 bits.
func (r *Reader) U32() uint32 { return binary.BigEndian.Uint32(r.Bytes(4)) }

// U64 is a number of 64 bits.
func (r *Reader) U64() uint64 { return binary.BigEndian.Uint64(r.Bytes(8)) }

// LP is bytes behind their length, `least` to `most` of them.
func (r *Reader) LP(least, most int) []byte {
	length := r.U32()
	if uint64(length) < uint64(least) || uint64(length) > uint64(most) {
		r.failed = true
		return nil
	}
	return r.Bytes(int(length))
}

// Tag must be next.
func (r *Reader) Tag(tag string) {
	if string(r.Bytes(len(tag))) != tag {
		r.failed = true
	}
}

// Refuse marks what was read as not valid.
func (r *Reader) Refuse() { r.failed = true }

// End refuses with a code; it is nil where everything was there and nothing is left.
func (r *Reader) End(code, what string) error {
	if r.failed || len(r.rest) > 0 {
		return fault.New(code, "not a valid %s", what)
	}
	return nil
}
