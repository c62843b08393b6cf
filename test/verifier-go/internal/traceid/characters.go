// Package traceid brings identifiers into the one form under which they are traced (docs/formats.md, TraceID).
package traceid

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"cotrace.example/verifier/internal/fault"
)

const (
	maxBytes    = 512
	maxUnits    = 2048
	maxMarks    = 30
	codeOfFault = "BAD_TRACE_ID"
)

func refuse(format string, arguments ...any) error {
	return fault.New(codeOfFault, format, arguments...)
}

func isSpace(r rune) bool {
	switch {
	case r >= 0x09 && r <= 0x0d, r >= 0x2000 && r <= 0x200a:
		return true
	}
	switch r {
	case 0x20, 0x85, 0xa0, 0x1680, 0x2028, 0x2029, 0x202f, 0x205f, 0x3000, 0xfeff:
		return true
	}
	return false
}

func isUnseen(r rune) bool {
	switch r {
	case 0x2028, 0x2029, 0x2800, 0x16fe4, 0x1d159:
		return true
	}
	return unicode.In(r, unicode.Cc, unicode.Cf, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector)
}

// isAssigned relies on the tables of Unicode 15.0, which a test makes sure of. (unicode.C has what is not assigned, too.)
func isAssigned(r rune) bool {
	return unicode.In(r, unicode.L, unicode.M, unicode.N, unicode.P, unicode.S, unicode.Z, unicode.Cc, unicode.Cf, unicode.Co)
}

// readCharacters trims, checks every character, and brings the text into NFC.
func readCharacters(input string) (string, error) {
	if !utf8.ValidString(input) {
		return "", refuse("not UTF-8")
	}
	trimmed := strings.TrimFunc(input, isSpace)
	if trimmed == "" {
		return "", refuse("empty")
	}
	units, marks := 0, 0
	for _, r := range trimmed {
		units++
		if r > 0xffff {
			units++
		}
		if units > maxUnits {
			return "", refuse("more than %d UTF-16 units", maxUnits)
		}
		if r != ' ' && isSpace(r) || isUnseen(r) || !isAssigned(r) {
			return "", refuse("character U+%04X", r)
		}
		marks++
		if !unicode.Is(unicode.M, r) {
			marks = 0
		}
		if marks > maxMarks {
			return "", refuse("more than %d combining marks in a row", maxMarks)
		}
	}
	return norm.NFC.String(trimmed), nil
}

// lower makes the letters A to Z small, and no others.
func lower(text string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'A' && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}, text)
}

func hasPrefixFold(text, prefix string) bool {
	return len(text) >= len(prefix) && lower(text[:len(prefix)]) == prefix
}

func unhex(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c >= 'a' && c <= 'f':
		return int(c-'a') + 10
	case c >= 'A' && c <= 'F':
		return int(c-'A') + 10
	}
	return -1
}

// unescape undoes percent-encoding; false where a percent sign begins none.
func unescape(text string) (string, bool) {
	if !strings.Contains(text, "%") {
		return text, true
	}
	out := make([]byte, 0, len(text))
	for i := 0; i < len(text); i++ {
		if text[i] != '%' {
			out = append(out, text[i])
			continue
		}
		if i+2 >= len(text) || unhex(text[i+1]) < 0 || unhex(text[i+2]) < 0 {
			return "", false
		}
		out = append(out, byte(unhex(text[i+1])<<4|unhex(text[i+2])))
		i += 2
	}
	return string(out), true
}

const upperHex = "0123456789ABCDEF"

// escape percent-encodes every byte that is not among those kept in a TraceID.
func escape(value string) string {
	var out strings.Builder
	for i := 0; i < len(value); i++ {
		c := value[i]
		if isLetterOrDigit(c) || strings.IndexByte("-._';=", c) >= 0 {
			out.WriteByte(c)
		} else {
			out.Write([]byte{'%', upperHex[c>>4], upperHex[c&15]})
		}
	}
	return out.String()
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func isLetterOrDigit(c byte) bool {
	return isDigit(c) || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}
