package text

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"cotrace.example/verifier/internal/fault"
)

// Hex is bytes in lower-case hexadecimal.
type Hex []byte

// Hash is 32 bytes in base64url.
type Hash [32]byte

// checker is a type that refuses some values itself, with a code of its own where the error is a fault.
type checker interface{ Check() error }

const maxBytes = 256 << 20

// Read fills what `into` points to from a value of Parse; whatever is wrong is refused with `code`. Structs have exactly
// the members that their tags `json` name, looked at in their order. `may:"null"` lets a text be null, which is then empty;
// `may:"lack"` lets a member be left out, but a list that is there is not empty; `may:"come later"` is `NOT_SUPPORTED`. `most` bounds lists, bytes and numbers,
// `least` numbers, `among` names words. A pointer is nil for null or what is left out; a uint64 is decimal text, bytes are
// base64url.
func Read(value any, into any, code string) error {
	err := read(value, reflect.ValueOf(into).Elem(), "")
	if err != nil && fault.CodeOf(err) == "INTERNAL" {
		return fault.New(code, "%v", err)
	}
	return err
}

func read(value any, into reflect.Value, tag reflect.StructTag) error {
	if err := readKind(value, into, tag); err != nil {
		return err
	}
	if checked, is := into.Addr().Interface().(checker); is {
		return checked.Check()
	}
	return nil
}

func readKind(value any, into reflect.Value, tag reflect.StructTag) error {
	switch into.Kind() {
	case reflect.Pointer:
		if value == nil {
			return nil
		}
		into.Set(reflect.New(into.Type().Elem()))
		return read(value, into.Elem(), tag)
	case reflect.Interface:
		if value != nil {
			into.Set(reflect.ValueOf(value))
		}
		return nil
	case reflect.Int, reflect.Uint32, reflect.Float64:
		return readNumber(value, into, tag)
	case reflect.Bool:
		return assign[bool](value, into)
	case reflect.Map:
		return readMap(value, into)
	case reflect.Struct:
		return readStruct(value, into)
	case reflect.Slice:
		if into.Type().Elem().Kind() != reflect.Uint8 {
			return readList(value, into, tag)
		}
	}
	return readText(value, into, tag)
}

func assign[T any](value any, into reflect.Value) error {
	if _, is := value.(T); !is {
		return fmt.Errorf("not a %s", into.Type())
	}
	into.Set(reflect.ValueOf(value).Convert(into.Type()))
	return nil
}

func bound(tag reflect.StructTag, name string, otherwise int) int {
	if number, err := strconv.Atoi(tag.Get(name)); err == nil {
		return number
	}
	return otherwise
}

func readNumber(value any, into reflect.Value, tag reflect.StructTag) error {
	number, is := value.(float64)
	least, most := float64(bound(tag, "least", 0)), float64(bound(tag, "most", math.MaxUint32))
	whole := into.Kind() != reflect.Float64
	if !is || whole && (number != math.Trunc(number) || number < least || number > most) {
		return fmt.Errorf("not a number from %.0f to %.0f", least, most)
	}
	into.Set(reflect.ValueOf(number).Convert(into.Type()))
	return nil
}

// readText reads what is written as a text.
func readText(value any, into reflect.Value, tag reflect.StructTag) error {
	if value == nil && tag.Get("may") == "null" {
		return nil
	}
	written, is := value.(string)
	if !is {
		return fmt.Errorf("not a text")
	}
	if into.Kind() == reflect.String {
		words := strings.Fields(tag.Get("among"))
		if len(words) > 0 && !slices.Contains(words, written) {
			return fmt.Errorf("%q is not one of %v", written, words)
		}
		into.SetString(written)
		return nil
	}
	if into.Kind() == reflect.Uint64 {
		number, err := strconv.ParseUint(written, 10, 64)
		if err != nil || strconv.FormatUint(number, 10) != written {
			return fmt.Errorf("not a number in decimal text")
		}
		into.SetUint(number)
		return nil
	}
	return readBytes(written, into, bound(tag, "most", maxBytes))
}

func readBytes(written string, into reflect.Value, most int) error {
	bytes, err := []byte(nil), error(nil)
	if _, isHex := into.Interface().(Hex); isHex {
		bytes, err = hex.DecodeString(written)
		if hex.EncodeToString(bytes) != written {
			return fmt.Errorf("not lower-case hexadecimal")
		}
	} else {
		bytes, err = Base64(written, most)
	}
	if err != nil || len(bytes) > most || into.Kind() == reflect.Array && len(bytes) != into.Len() {
		return fmt.Errorf("not bytes, or not as many as there may be")
	}
	into.Set(reflect.ValueOf(bytes).Convert(into.Type()))
	return nil
}

// Base64 decodes unpadded base64url with zero tail bits, of at most `most` bytes.
func Base64(written string, most int) ([]byte, error) {
	if len(written) > base64.RawURLEncoding.EncodedLen(most) || strings.ContainsAny(written, "\r\n") {
		return nil, fmt.Errorf("not base64url, or more than %d bytes", most)
	}
	return base64.RawURLEncoding.Strict().DecodeString(written)
}

func readList(value any, into reflect.Value, tag reflect.StructTag) error {
	list, is := value.([]any)
	if most := bound(tag, "most", math.MaxInt); !is || len(list) > most || len(list) < bound(tag, "least", 0) {
		return fmt.Errorf("not a list of as many as there may be")
	}
	into.Set(reflect.MakeSlice(into.Type(), len(list), len(list)))
	for i, item := range list {
		if err := read(item, into.Index(i), ""); err != nil {
			return err
		}
	}
	return nil
}

func readMap(value any, into reflect.Value) error {
	object, is := value.(Object)
	if !is {
		return fmt.Errorf("not an object")
	}
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

func readStruct(value any, into reflect.Value) error {
	object, is := value.(Object)
	if !is {
		return fmt.Errorf("not an object")
	}
	known := map[string]bool{}
	for _, field := range reflect.VisibleFields(into.Type()) {
		name := field.Tag.Get("json")
		if name == "" {
			continue
		}
		known[name] = true
		member, has := object[name]
		may := field.Tag.Get("may")
		if !has && (may == "lack" || may == "come later") {
			continue
		}
		if may == "come later" {
			return fault.New("NOT_SUPPORTED", "%s is of a later release", name)
		}
		list, _ := member.([]any)
		isEmpty := member == nil || field.Type.Kind() == reflect.Slice && len(list) == 0
		if !has || may == "lack" && isEmpty {
			return fmt.Errorf("%s is not there, or empty", name)
		}
		if err := read(member, into.FieldByIndex(field.Index), field.Tag); err != nil {
			if fault.CodeOf(err) == "INTERNAL" {
				return fmt.Errorf("%s: %w", name, err)
			}
			return err
		}
	}
	for name := range object {
		if !known[name] {
			return fmt.Errorf("unknown member %q", name)
		}
	}
	return nil
}
