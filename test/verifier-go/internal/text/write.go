package text

import (
	"cmp"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"unicode/utf16"

	"cotrace.example/verifier/internal/fault"
)

// Canonical writes a value as canonical JSON (RFC 8785): what Parse gives, and structs by their tags `json`. A uint64 is
// decimal text, bytes are base64url, a nil pointer is null, and a nil slice a list.
func Canonical(value any) string { return write(reflect.ValueOf(value), 0, false) }

// InOrder writes JSON with the members of structs in the order in which they are declared.
func InOrder(value any) string { return write(reflect.ValueOf(value), 0, true) }

// Listed is each of a list once, in the order of their texts by InOrder.
func Listed[T any](list []T) []T {
	compare := func(a, b T) int { return Compare(InOrder(a), InOrder(b)) }
	sorted := slices.SortedFunc(slices.Values(list), compare)
	return slices.CompactFunc(sorted, func(a, b T) bool { return compare(a, b) == 0 })
}

// With is an object of others, and of the members of a struct that are not among these.
func With(value any, others Object) Object {
	object := Object{}
	maps.Copy(object, others)
	names, members := membersOf(reflect.ValueOf(value))
	for _, name := range names {
		if _, has := object[name]; !has {
			object[name] = members[name].Interface()
		}
	}
	return object
}

// Compare by UTF-16 code units, as RFC 8785 orders members.
func Compare(a, b string) int {
	return slices.Compare(utf16.Encode([]rune(a)), utf16.Encode([]rune(b)))
}

// Sorted keys of a map.
func Sorted[K cmp.Ordered, V any](m map[K]V) []K { return slices.Sorted(maps.Keys(m)) }

func write(v reflect.Value, depth int, inOrder bool) string {
	fault.Unless(depth <= maxDepth, "BAD_JSON", "nesting too deep")
	switch v.Kind() {
	case reflect.Invalid:
		return "null"
	case reflect.Interface, reflect.Pointer:
		return write(v.Elem(), depth, inOrder)
	case reflect.Bool, reflect.Int, reflect.Uint32:
		return fmt.Sprint(v)
	case reflect.Uint64:
		return quoted(fmt.Sprint(v))
	case reflect.Float64:
		// Go writes a double as ECMAScript does, but for the sign of zero, which the sum does not have.
		written, err := json.Marshal(v.Float() + 0)
		fault.Unless(err == nil, "BAD_JSON", "%v", err)
		return string(written)
	case reflect.String:
		return quoted(v.String())
	case reflect.Slice:
		if bytes, is := v.Interface().([]byte); is {
			return quoted(base64.RawURLEncoding.EncodeToString(bytes))
		}
		items := make([]string, v.Len())
		for i := range items {
			items[i] = write(v.Index(i), depth+1, inOrder)
		}
		return "[" + strings.Join(items, ",") + "]"
	case reflect.Map, reflect.Struct:
		return object(v, depth, inOrder)
	}
	panic("no JSON has a value of type " + v.Type().String())
}

func object(v reflect.Value, depth int, inOrder bool) string {
	if v.Kind() == reflect.Map && v.IsNil() {
		return "null"
	}
	names, members := membersOf(v)
	if !inOrder {
		slices.SortFunc(names, Compare)
	}
	for i, name := range names {
		names[i] = quoted(name) + ":" + write(members[name], depth+1, inOrder)
	}
	return "{" + strings.Join(names, ",") + "}"
}

// membersOf a struct, in the order in which they are declared, or of a map.
func membersOf(v reflect.Value) (names []string, members map[string]reflect.Value) {
	members = map[string]reflect.Value{}
	if v.Kind() == reflect.Map {
		for _, name := range v.MapKeys() {
			members[name.String()] = v.MapIndex(name)
		}
		return Sorted(members), members
	}
	for _, field := range reflect.VisibleFields(v.Type()) {
		if name := field.Tag.Get("json"); name != "" {
			names, members[name] = append(names, name), v.FieldByIndex(field.Index)
		}
	}
	return names, members
}

// escapes of RFC 8785: short ones where JSON has them, and no others than are needed.
var escapes = func() *strings.Replacer {
	pairs := []string{`"`, `\"`, `\`, `\\`, "\b", `\b`, "\f", `\f`, "\n", `\n`, "\r", `\r`, "\t", `\t`}
	for c := range 0x20 {
		pairs = append(pairs, string(rune(c)), fmt.Sprintf(`\u%04x`, c))
	}
	return strings.NewReplacer(pairs...)
}()

func quoted(text string) string { return `"` + escapes.Replace(text) + `"` }
