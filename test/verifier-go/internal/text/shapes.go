package text

import (
	"encoding/base64"
	"math"
	"regexp"
	"strconv"

	"cotrace.example/verifier/internal/fault"
)

// Shape reads the members of one object; the first that is not as it must be is kept and told by Err.
type Shape struct {
	object Object
	read   map[string]bool
	code   string
	err    error
}

// ShapeOf begins reading an object of which everything wrong is refused with `code`.
func ShapeOf(value any, code string) *Shape {
	object, is := value.(Object)
	shape := &Shape{object: object, read: map[string]bool{}, code: code}
	if !is {
		shape.Refuse("not an object")
	}
	return shape
}

// Refuse keeps a reason, if it is the first.
func (s *Shape) Refuse(format string, arguments ...any) {
	if s.err == nil {
		s.err = fault.New(s.code, format, arguments...)
	}
}

// Refusal is the first thing wrong so far.
func (s *Shape) Refusal() error { return s.err }

// Err is the first thing wrong, or else a member that nobody read.
func (s *Shape) Err() error {
	for name := range s.object {
		if !s.read[name] {
			s.Refuse("unknown member %q", name)
		}
	}
	return s.err
}

// Has says whether the member is there.
func (s *Shape) Has(name string) bool {
	_, has := s.object[name]
	return has
}

// Any is a member of any kind, which must be there.
func (s *Shape) Any(name string) any {
	value, has := s.object[name]
	if !has {
		s.Refuse("no member %q", name)
	}
	s.read[name] = true
	return value
}

// Text is a member that is a text.
func (s *Shape) Text(name string) string {
	text, is := s.Any(name).(string)
	if !is {
		s.Refuse("%s is not text", name)
	}
	return text
}

// TextOrNull is a member that is a text or null.
func (s *Shape) TextOrNull(name string) *string {
	value := s.Any(name)
	if value == nil {
		return nil
	}
	text, is := value.(string)
	if !is {
		s.Refuse("%s is neither text nor null", name)
	}
	return &text
}

// List is a member that is a list of at most `most` items.
func (s *Shape) List(name string, most int) []any {
	list, is := s.Any(name).([]any)
	if !is {
		s.Refuse("%s is not a list", name)
	}
	if len(list) > most {
		s.Refuse("%s has more than %d items", name, most)
		return nil
	}
	return list
}

// Number is a member that is an integer from `least` to `most`.
func (s *Shape) Number(name string, least, most int) int {
	number, is := s.Any(name).(float64)
	if !is || number != math.Trunc(number) || number < float64(least) || number > float64(most) {
		s.Refuse("%s is not an integer from %d to %d", name, least, most)
		return 0
	}
	return int(number)
}

var decimal = regexp.MustCompile(`^(?:0|[1-9][0-9]{0,19})$`)

// U64 is a member that is a 64-bit number in decimal text.
func (s *Shape) U64(name string) uint64 {
	text := s.Text(name)
	number, err := strconv.ParseUint(text, 10, 64)
	if err != nil || !decimal.MatchString(text) {
		s.Refuse("%s is not a number in decimal text", name)
	}
	return number
}

// Bytes is a member that is base64url of at most `most` bytes.
func (s *Shape) Bytes(name string, most int) []byte {
	bytes, err := Base64(s.Text(name), most)
	if err != nil {
		s.Refuse("%s: %v", name, err)
	}
	return bytes
}

// Hash is a member that is base64url of 32 bytes.
func (s *Shape) Hash(name string) []byte {
	bytes := s.Bytes(name, 32)
	if len(bytes) != 32 {
		s.Refuse("%s is not 32 bytes", name)
	}
	return bytes
}

// Base64 decodes unpadded base64url with zero tail bits, of at most `most` bytes.
func Base64(input string, most int) ([]byte, error) {
	if len(input) > base64.RawURLEncoding.EncodedLen(most) {
		return nil, fault.New("BAD_JSON", "more than %d bytes", most)
	}
	for i := 0; i < len(input); i++ {
		if input[i] == '\n' || input[i] == '\r' {
			return nil, fault.New("BAD_JSON", "a line break in base64url")
		}
	}
	bytes, err := base64.RawURLEncoding.Strict().DecodeString(input)
	if err != nil {
		return nil, fault.New("BAD_JSON", "not base64url")
	}
	return bytes, nil
}
