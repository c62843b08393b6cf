package text

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"math"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"cotrace.example/verifier/internal/fault"
)

// Hex is bytes in lower-case hexadecimal.
type Hex []byte

// checker is a type that refuses some values itself, with a code of its own where the error is a fault.
type checker interface{ Check() error }

// Read fills what `into` points to from a value of Parse; whatever is wrong is refused with `code`. Structs have exactly
// the members that their tags `json` name, looked at in their order. `may:"null"` lets a text be null, which is then empty;
// `may:"lack"` lets a member be left out, but a list that is there is not empty; `may:"come later"` is `NOT_SUPPORTED`.
// `least` and `most` bound numbers, and how many bytes or items there are; `among` has the words that a text may be, `like` a
// regular expression for it. A pointer is nil for null or what is left out; a uint64 is decimal text, bytes are
// base64url.
func Read(value any, into any, code string) error {
	err := read(value, reflect.ValueOf(into).Elem(), "")
	if err != nil && fault.CodeOf(err) == "INTERNAL" {
		return fault.New(code, "%v", err)
	}
	return err
}

func read(value any, into reflect.Value, tag reflect.StructTag) error {
	if value == nil && (into.Kind() == reflect.Pointer || into.Kind() == reflect.Interface || tag.Get("may") == "null") {
		return nil
	}
	if err := readKind(value, into, tag); err != nil {
		return err
	}
	if checked, is := into.Addr().Interface().(checker); is {
		return checked.Check()
	}
	return nil
}

func readKind(value any, into reflect.Value, tag reflect.StructTag) error {
	object, isObject := value.(Object)
	list, isList := value.([]any)
	number, isNumber := value.(float64)
	written, isText := value.(string)
	_, isBool := value.(bool)
	kind, isBytes := into.Kind(), into.Kind() == reflect.Slice && into.Type().Elem().Kind() == reflect.Uint8
	switch {
	case kind == reflect.Pointer:
		into.Set(reflect.New(into.Type().Elem()))
		return read(value, into.Elem(), tag)
	case kind == reflect.Interface || kind == reflect.Bool && isBool:
		into.Set(reflect.ValueOf(value))
		return nil
	case kind == reflect.Struct && isObject:
		return readStruct(object, into)
	case kind == reflect.Map && isObject:
		return readMap(object, into)
	case kind == reflect.Slice && isList && !isBytes:
		return readList(list, into, tag)
	case kind == reflect.String && isText:
		return readText(written, into, tag)
	case kind == reflect.Uint64 && isText:
		return readDecimal(written, into)
	case isBytes && isText:
		return readBytes(written, into, tag)
	case slices.Contains([]reflect.Kind{reflect.Int, reflect.Uint32, reflect.Float64}, kind) && isNumber:
		return readNumber(number, into, tag)
	}
	return fmt.Errorf("not a %s", into.Type())
}

// within says whether a number, or how many bytes or items there are, is in its bounds.
func within(tag reflect.StructTag, size float64) error {
	least, most := bound(tag, "least", 0), bound(tag, "most", math.MaxUint32)
	if size < least || size > most {
		return fmt.Errorf("%.0f is not from %.0f to %.0f", size, least, most)
	}
	return nil
}

func bound(tag reflect.StructTag, name string, otherwise float64) float64 {
	if number, err := strconv.ParseFloat(tag.Get(name), 64); err == nil {
		return number
	}
	return otherwise
}

func readNumber(number float64, into reflect.Value, tag reflect.StructTag) error {
	if into.Kind() != reflect.Float64 {
		if number != math.Trunc(number) {
			return fmt.Errorf("not a whole number")
		}
		if err := within(tag, number); err != nil {
			return err
		}
	}
	into.Set(reflect.ValueOf(number).Convert(into.Type()))
	return nil
}

// patterns of texts, by the tags that have them.
var patterns = map[string]*regexp.Regexp{}

func readText(written string, into reflect.Value, tag reflect.StructTag) error {
	words, like := strings.Fields(tag.Get("among")), tag.Get("like")
	if patterns[like] == nil {
		patterns[like] = regexp.MustCompile("^(?:" + like + ")$")
	}
	if written == "" && tag.Get("may") == "null" {
		return fmt.Errorf("empty, which is how null is read")
	}
	if len(words) > 0 && !slices.Contains(words, written) || like != "" && !patterns[like].MatchString(written) {
		return fmt.Errorf("%q is not one of %v, or like %s", written, words, like)
	}
	into.SetString(written)
	return within(tag, float64(len(written)))
}

func readDecimal(written string, into reflect.Value) error {
	number, err := strconv.ParseUint(written, 10, 64)
	if err != nil || strconv.FormatUint(number, 10) != written {
		return fmt.Errorf("not a number in decimal text")
	}
	into.SetUint(number)
	return nil
}

func readBytes(written string, into reflect.Value, tag reflect.StructTag) error {
	decode, length := fromBase64, base64.RawURLEncoding.DecodedLen(len(written))
	if _, isHex := into.Interface().(Hex); isHex {
		decode, length = fromHex, hex.DecodedLen(len(written))
	}
	if err := within(tag, float64(length)); err != nil {
		return err
	}
	bytes, err := decode(written)
	into.SetBytes(bytes)
	return err
}

// fromBase64 decodes unpadded base64url with zero tail bits.
func fromBase64(written string) ([]byte, error) {
	if strings.ContainsAny(written, "\r\n") {
		return nil, fmt.Errorf("not base64url")
	}
	return base64.RawURLEncoding.Strict().DecodeString(written)
}

func fromHex(written string) ([]byte, error) {
	bytes, err := hex.DecodeString(written)
	if err == nil && hex.EncodeToString(bytes) != written {
		err = fmt.Errorf("not lower-case hexadecimal")
	}
	return bytes, err
}

func readList(list []any, into reflect.Value, tag reflect.StructTag) error {
	if err := within(tag, float64(len(list))); err != nil {
		return err
	}
	into.Set(reflect.MakeSlice(into.Type(), len(list), len(list)))
	for i, item := range list {
		if err := read(item, into.Index(i), ""); err != nil {
			return err
		}
	}
	return nil
}

func readMap(object Object, into reflect.Value) error {
	into.Set(reflect.MakeMap(into.Type()))
	for name, member := range object {
		item := reflect.New(into.Type().Elem()).Elem()
		if err := read(member, item, ""); err != nil {
			return err
		}
		into.SetMapIndex(reflect.ValueOf(name), item)
	}
	return nil
}

func readStruct(object Object, into reflect.Value) error {
	known := map[string]bool{}
	for _, field := range reflect.VisibleFields(into.Type()) {
		name, may := field.Tag.Get("json"), field.Tag.Get("may")
		member, has := object[name]
		list, _ := member.([]any)
		isEmpty := member == nil || field.Type.Kind() == reflect.Slice && len(list) == 0
		switch known[name] = name != ""; {
		case name == "" || !has && may != "" && may != "null":
			continue
		case may == "come later":
			return fault.New("NOT_SUPPORTED", "%s is of a later release", name)
		case !has || may == "lack" && isEmpty:
			return fmt.Errorf("%s is not there, or empty", name)
		}
		if err := read(member, into.FieldByIndex(field.Index), field.Tag); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	for name := range object {
		if !known[name] {
			return fmt.Errorf("unknown member %q", name)
		}
	}
	return nil
}
