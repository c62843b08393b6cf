// Package text reads and writes the text forms of docs/formats.md.
package text

import (
	"cmp"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"math"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"cotrace.example/verifier/internal/fault"
)

const (
	maxDepth   = 100
	maxMembers = 10_000
)

// Object is a JSON object; its members have no order that counts.
type Object = map[string]any

type parser struct {
	*json.Decoder
	isTwice bool // a member is named twice, which is told where all else is JSON
}

// Escapes, surrogates only in pairs.
var goodEscapes = regexp.MustCompile(`(?i)\\(?:[^u]|u[^d]|ud[0-7]|ud[89ab]..\\ud[c-f])`)

// Parse reads JSON from others: RFC 8259 in UTF-8, without members named twice, lone surrogates, numbers beyond a double,
// large objects and deep nesting. Values are nil, bool, float64, string, []any and Object.
func Parse(input string) any {
	// Without its good escapes a text has no backslash.
	isLone := strings.Contains(goodEscapes.ReplaceAllString(input, ""), `\`)
	fault.Unless(utf8.ValidString(input) && json.Valid([]byte(input)) && !isLone, "BAD_JSON", "not JSON in UTF-8")
	p := &parser{Decoder: json.NewDecoder(strings.NewReader(input))}
	value := p.value(0)
	fault.Unless(!p.isTwice, "DUPLICATE_MEMBER", "a member twice")
	return value
}

func (p *parser) token() json.Token {
	token, err := p.Token()
	fault.Unless(err == nil, "BAD_JSON", "%v", err)
	return token
}

// value takes the next value of an input that is valid JSON.
func (p *parser) value(depth int) any {
	fault.Unless(depth <= maxDepth, "BAD_JSON", "nesting too deep")
	token := p.token()
	switch token {
	case json.Delim('['):
		list := []any{}
		for p.More() {
			list = append(list, p.value(depth+1))
		}
		p.token()
		return list
	case json.Delim('{'):
		object := Object{}
		for p.More() {
			name, _ := p.token().(string)
			_, isTwice := object[name]
			p.isTwice = p.isTwice || isTwice
			object[name] = p.value(depth + 1)
			fault.Unless(len(object) <= maxMembers, "BAD_JSON", "too many members")
		}
		p.token()
		return object
	}
	return token
}

// Hex is bytes in lower-case hexadecimal.
type Hex []byte

// reader refuses with its code.
type reader struct{ code string }

// Read fills what `into` points to from a value of Parse; whatever is wrong is refused with `code`. Structs have exactly
// the members that their tags `json` name, looked at in their order. `may:"null"` lets a text be null, which is then empty;
// `may:"lack"` lets a member be left out, but a list that is there is not empty; `may:"come later"` is `NOT_SUPPORTED`.
// `least` and `most` bound numbers, and how many bytes or items there are; `among` has the words that a text may be, `like`
// a regular expression for it. A pointer is nil for null or what is left out; a uint64 is decimal text, bytes are base64url.
func Read(value any, into any, code string) {
	reader{code}.read(value, reflect.ValueOf(into).Elem(), "", "the text")
}

// read reads what is at a place.
func (r reader) read(value any, into reflect.Value, tag reflect.StructTag, at string) {
	kind := into.Kind()
	if value == nil && (kind == reflect.Pointer || kind == reflect.Interface || tag.Get("may") == "null") {
		return
	}
	switch kind {
	case reflect.Pointer:
		into.Set(reflect.New(into.Type().Elem()))
		r.read(value, into.Elem(), tag, at)
	case reflect.Interface:
		into.Set(reflect.ValueOf(value))
	case reflect.Bool:
		into.SetBool(as[bool](r, value, at))
	case reflect.Int, reflect.Uint32:
		number := as[float64](r, value, at)
		r.within(tag, number, at)
		fault.Unless(number == math.Trunc(number), r.code, "%s is not a whole number", at)
		into.Set(reflect.ValueOf(number).Convert(into.Type()))
	case reflect.Uint64:
		written := as[string](r, value, at)
		number, _ := strconv.ParseUint(written, 10, 64)
		fault.Unless(strconv.FormatUint(number, 10) == written, r.code, "%s is not a number in decimal text", at)
		into.SetUint(number)
	case reflect.String:
		into.SetString(as[string](r, value, at))
		r.checkText(into.String(), tag, at)
	case reflect.Slice:
		if into.Type().Elem().Kind() == reflect.Uint8 {
			into.SetBytes(r.bytes(as[string](r, value, at), into.Type(), tag, at))
			break
		}
		list := as[[]any](r, value, at)
		r.within(tag, float64(len(list)), at)
		into.Set(reflect.MakeSlice(into.Type(), len(list), len(list)))
		for i, item := range list {
			r.read(item, into.Index(i), "", at)
		}
	case reflect.Map:
		into.Set(reflect.MakeMap(into.Type()))
		for name, member := range as[Object](r, value, at) {
			item := reflect.New(into.Type().Elem()).Elem()
			r.read(member, item, "", name)
			into.SetMapIndex(reflect.ValueOf(name), item)
		}
	case reflect.Struct:
		r.members(as[Object](r, value, at), into, at)
	}
	// A type may refuse some values itself.
	if checked, is := into.Addr().Interface().(interface{ Check() }); is {
		checked.Check()
	}
}

func as[T any](r reader, value any, at string) T {
	given, is := value.(T)
	fault.Unless(is, r.code, "%s is not a %T", at, given)
	return given
}

// within checks a number, or how many bytes or items there are.
func (r reader) within(tag reflect.StructTag, size float64, at string) {
	least, _ := strconv.Atoi(cmp.Or(tag.Get("least"), "0"))
	most, _ := strconv.Atoi(cmp.Or(tag.Get("most"), "4294967295"))
	fault.Unless(size >= float64(least) && size <= float64(most), r.code, "%s is not from %d to %d", at, least, most)
}

// patterns of texts, by the tags that have them.
var patterns = map[string]*regexp.Regexp{}

func (r reader) checkText(written string, tag reflect.StructTag, at string) {
	words, like := strings.Fields(tag.Get("among")), tag.Get("like")
	if patterns[like] == nil {
		patterns[like] = regexp.MustCompile("^(?:" + like + ")$")
	}
	isOne := len(words) == 0 || slices.Contains(words, written)
	isLike := like == "" || patterns[like].MatchString(written)
	// What is empty would be taken for null.
	isNull := written == "" && tag.Get("may") == "null"
	fault.Unless(isOne && isLike && !isNull, r.code, "%s is not one of %v, or like %s", at, words, like)
	r.within(tag, float64(len(written)), at)
}

func (r reader) bytes(written string, into reflect.Type, tag reflect.StructTag, at string) []byte {
	encoding := base64.RawURLEncoding.Strict()
	decode, encode, length := encoding.DecodeString, encoding.EncodeToString, encoding.DecodedLen(len(written))
	if into == reflect.TypeFor[Hex]() {
		decode, encode, length = hex.DecodeString, hex.EncodeToString, hex.DecodedLen(len(written))
	}
	r.within(tag, float64(length), at)
	bytes, err := decode(written)
	// Both take more spellings than one.
	fault.Unless(err == nil && encode(bytes) == written, r.code, "%s is not bytes as text", at)
	return bytes
}

func (r reader) members(object Object, into reflect.Value, at string) {
	known := map[string]bool{}
	for _, field := range reflect.VisibleFields(into.Type()) {
		name, may := field.Tag.Get("json"), field.Tag.Get("may")
		member, has := object[name]
		if name == "" || !has && (may == "lack" || may == "come later") {
			continue
		}
		known[name] = true
		list, _ := member.([]any)
		isEmpty := member == nil || field.Type.Kind() == reflect.Slice && len(list) == 0
		fault.Unless(may != "come later", "NOT_SUPPORTED", "%s is of a later release", name)
		fault.Unless(has && (may != "lack" || !isEmpty), r.code, "%s is not there, or empty", name)
		r.read(member, into.FieldByIndex(field.Index), field.Tag, name)
	}
	for name := range object {
		fault.Unless(known[name], r.code, "%s has an unknown member %q", at, name)
	}
}
