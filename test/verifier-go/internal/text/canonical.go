package text

import (
	"math"
	"sort"
	"strconv"
	"strings"
	"unicode/utf16"

	"cotrace.example/verifier/internal/fault"
)

// Canonical writes a value of Parse as canonical JSON (RFC 8785). Beside its kinds it takes []string and int.
func Canonical(value any) (string, error) {
	var out strings.Builder
	if err := write(&out, value, 0); err != nil {
		return "", err
	}
	return out.String(), nil
}

// IsCanonical says whether a text is the canonical JSON of `value`.
func IsCanonical(input string, value any) bool {
	canonical, err := Canonical(value)
	return err == nil && canonical == input
}

func write(out *strings.Builder, value any, depth int) error {
	if depth > maxDepth {
		return fault.New("BAD_JSON", "nesting too deep")
	}
	switch value := value.(type) {
	case nil:
		out.WriteString("null")
	case bool:
		out.WriteString(strconv.FormatBool(value))
	case int:
		out.WriteString(strconv.Itoa(value))
	case float64:
		out.WriteString(Number(value))
	case string:
		writeText(out, value)
	case []string:
		items := make([]any, len(value))
		for i, item := range value {
			items[i] = item
		}
		return write(out, items, depth)
	case []any:
		out.WriteByte('[')
		for i, item := range value {
			if i > 0 {
				out.WriteByte(',')
			}
			if err := write(out, item, depth+1); err != nil {
				return err
			}
		}
		out.WriteByte(']')
	case Object:
		return writeObject(out, value, depth)
	default:
		return fault.New("INTERNAL", "%T has no JSON", value)
	}
	return nil
}

func writeObject(out *strings.Builder, object Object, depth int) error {
	names := make([]string, 0, len(object))
	for name := range object {
		names = append(names, name)
	}
	sort.Slice(names, func(i, j int) bool { return Less(names[i], names[j]) })
	out.WriteByte('{')
	for i, name := range names {
		if i > 0 {
			out.WriteByte(',')
		}
		writeText(out, name)
		out.WriteByte(':')
		if err := write(out, object[name], depth+1); err != nil {
			return err
		}
	}
	out.WriteByte('}')
	return nil
}

// Less compares by UTF-16 code units, as RFC 8785 orders members.
func Less(a, b string) bool {
	left, right := utf16.Encode([]rune(a)), utf16.Encode([]rune(b))
	for i := 0; i < len(left) && i < len(right); i++ {
		if left[i] != right[i] {
			return left[i] < right[i]
		}
	}
	return len(left) < len(right)
}

func writeText(out *strings.Builder, text string) {
	const hex = "0123456789abcdef"
	out.WriteByte('"')
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '"' || c == '\\':
			out.WriteByte('\\')
			out.WriteByte(c)
		case c >= 0x20:
			out.WriteByte(c)
		case strings.IndexByte("\b\f\n\r\t", c) >= 0:
			out.WriteByte('\\')
			out.WriteByte("bfnrt"[strings.IndexByte("\b\f\n\r\t", c)])
		default:
			out.WriteString(`\u00`)
			out.WriteByte(hex[c>>4])
			out.WriteByte(hex[c&15])
		}
	}
	out.WriteByte('"')
}

// Number writes a finite double as ECMAScript does (ECMA-262, Number::toString).
func Number(value float64) string {
	if value == 0 {
		return "0"
	}
	size := math.Abs(value)
	if size >= 1e-6 && size < 1e21 {
		return strconv.FormatFloat(value, 'f', -1, 64)
	}
	mantissa, exponent, _ := strings.Cut(strconv.FormatFloat(value, 'e', -1, 64), "e")
	sign := exponent[:1]
	return mantissa + "e" + sign + strings.TrimLeft(exponent[1:], "0")
}
