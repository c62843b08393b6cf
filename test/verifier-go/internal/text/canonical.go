package text

import (
	"cmp"
	"encoding/base64"
	"maps"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"

	"cotrace.example/verifier/internal/fault"
)

// Canonical writes a value as canonical JSON (RFC 8785): what Parse gives, and structs by their tags `json`. A uint64 is
// decimal text, bytes are base64url, a nil pointer is null, and a nil slice a list.
func Canonical(value any) (string, error) {
	w := writer{members: byName}
	err := w.write(reflect.ValueOf(value), 0)
	return w.String(), err
}

// InOrder writes JSON with the members of structs in the order in which they are declared.
func InOrder(value any) string {
	w := writer{members: func([]member) {}}
	if w.write(reflect.ValueOf(value), 0) != nil {
		return ""
	}
	return w.String()
}

// Listed is each of a list once, in the order of their texts by InOrder.
func Listed[T any](list []T) []T {
	byText := map[string]T{}
	for _, one := range list {
		byText[InOrder(one)] = one
	}
	sorted := []T{}
	for _, written := range slices.SortedFunc(maps.Keys(byText), Compare) {
		sorted = append(sorted, byText[written])
	}
	return sorted
}

// Compare by UTF-16 code units, as RFC 8785 orders members.
func Compare(a, b string) int {
	return slices.Compare(utf16.Encode([]rune(a)), utf16.Encode([]rune(b)))
}

type member struct {
	name  string
	value reflect.Value
}

func byName(members []member) {
	slices.SortFunc(members, func(a, b member) int { return Compare(a.name, b.name) })
}

type writer struct {
	strings.Builder
	members func([]member) // puts members into their order
}

func (w *writer) write(v reflect.Value, depth int) error {
	if depth > maxDepth {
		return fault.New("BAD_JSON", "nesting too deep")
	}
	switch v.Kind() {
	case reflect.Invalid:
		w.WriteString("null")
	case reflect.Interface, reflect.Pointer:
		return w.write(v.Elem(), depth)
	case reflect.Bool:
		w.WriteString(strconv.FormatBool(v.Bool()))
	case reflect.Int:
		w.WriteString(strconv.FormatInt(v.Int(), 10))
	case reflect.Uint32:
		w.WriteString(strconv.FormatUint(v.Uint(), 10))
	case reflect.Uint64:
		w.text(strconv.FormatUint(v.Uint(), 10))
	case reflect.Float64:
		w.WriteString(number(v.Float()))
	case reflect.String:
		w.text(v.String())
	case reflect.Slice:
		if bytes, is := v.Interface().([]byte); is {
			w.text(base64.RawURLEncoding.EncodeToString(bytes))
			return nil
		}
		return w.list('[', ']', v.Len(), func(i int) error { return w.write(v.Index(i), depth+1) })
	case reflect.Map, reflect.Struct:
		if v.Kind() == reflect.Map && v.IsNil() {
			w.WriteString("null")
			return nil
		}
		members := membersOf(v)
		w.members(members)
		return w.list('{', '}', len(members), func(i int) error {
			w.text(members[i].name)
			w.WriteByte(':')
			return w.write(members[i].value, depth+1)
		})
	default:
		return fault.New("INTERNAL", "%s has no JSON", v.Type())
	}
	return nil
}

func (w *writer) list(begin, end byte, length int, each func(int) error) error {
	w.WriteByte(begin)
	for i := range length {
		if i > 0 {
			w.WriteByte(',')
		}
		if err := each(i); err != nil {
			return err
		}
	}
	return w.WriteByte(end)
}

func membersOf(v reflect.Value) []member {
	var members []member
	if v.Kind() == reflect.Map {
		for _, name := range v.MapKeys() {
			members = append(members, member{name.String(), v.MapIndex(name)})
		}
		return members
	}
	for _, field := range reflect.VisibleFields(v.Type()) {
		if name := field.Tag.Get("json"); name != "" {
			members = append(members, member{name, v.FieldByIndex(field.Index)})
		}
	}
	return members
}

func (w *writer) text(text string) {
	const plain, letters = "\b\f\n\r\t\"\\", "bfnrt\"\\"
	w.WriteByte('"')
	for i := range len(text) {
		c := text[i]
		if at := strings.IndexByte(plain, c); at >= 0 {
			w.WriteByte('\\')
			w.WriteByte(letters[at])
		} else if c < 0x20 {
			w.WriteString(`\u00` + strconv.FormatUint(uint64(c)+0x100, 16)[1:])
		} else {
			w.WriteByte(c)
		}
	}
	w.WriteByte('"')
}

// number writes a finite double as ECMAScript does (ECMA-262, Number::toString).
func number(value float64) string {
	size := math.Abs(value)
	if size == 0 {
		return "0"
	}
	if size >= 1e-6 && size < 1e21 {
		return strconv.FormatFloat(value, 'f', -1, 64)
	}
	mantissa, exponent, _ := strings.Cut(strconv.FormatFloat(value, 'e', -1, 64), "e")
	return mantissa + "e" + exponent[:1] + strings.TrimLeft(exponent[1:], "0")
}

// IsCanonical says whether a text is the canonical JSON of `value`.
func IsCanonical(input string, value any) bool {
	canonical, err := Canonical(value)
	return err == nil && canonical == input
}

// Sorted keys of a map.
func Sorted[K cmp.Ordered, V any](m map[K]V) []K { return slices.Sorted(maps.Keys(m)) }
