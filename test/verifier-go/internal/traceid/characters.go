// Package traceid brings identifiers into the one form under which they are traced (docs/formats.md, TraceID).
package traceid

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"cotrace.example/verifier/internal/fault"
)

const (
	maxBytes = 512
	maxUnits = 2048
	maxMarks = 30
	spaces   = " \t\n\v\f\r\u0085\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000\ufeff"
	unseen   = "\u2028\u2029\u2800\U00016fe4\U0001d159"
)

func refuse(format string, arguments ...any) error {
	return fault.New("BAD_TRACE_ID", format, arguments...)
}

// isTaken says whether a character may stand in an identifier. It relies on the tables of Unicode 15.0, which a test makes
// sure of. (unicode.C has what is not assigned, too.)
func isTaken(r rune) bool {
	if r != ' ' && strings.ContainsRune(spaces+unseen, r) ||
		unicode.In(r, unicode.Cc, unicode.Cf, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector) {
		return false
	}
	return unicode.In(r, unicode.L, unicode.M, unicode.N, unicode.P, unicode.S, unicode.Z, unicode.Co)
}

// readCharacters trims, checks every character, and brings the text into NFC.
func readCharacters(input string) (string, error) {
	trimmed := strings.Trim(input, spaces)
	if !utf8.ValidString(input) || trimmed == "" {
		return "", refuse("empty, or not UTF-8")
	}
	units, marks := 0, 0
	for _, r := range trimmed {
		if units++; r > 0xffff {
			units++
		}
		if marks++; !unicode.Is(unicode.M, r) {
			marks = 0
		}
		if units > maxUnits || marks > maxMarks {
			return "", refuse("more than %d UTF-16 units, or %d combining marks in a row", maxUnits, maxMarks)
		}
		if !isTaken(r) {
			return "", refuse("character U+%04X", r)
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

var (
	escaped    = regexp.MustCompile(`%[0-9A-Fa-f]{2}`)
	unreserved = regexp.MustCompile(`^[A-Za-z0-9\-._~]$`)
	kept       = regexp.MustCompile(`^[A-Za-z0-9\-._';=]$`)
)

// plain leaves what is no escape as it is, unescapes unreserved characters and writes other escapes in upper case.
func plain(text string) string {
	return escaped.ReplaceAllStringFunc(text, func(one string) string {
		var c byte
		fmt.Sscanf(one, "%%%x", &c)
		if unreserved.Match([]byte{c}) {
			return string(rune(c))
		}
		return strings.ToUpper(one)
	})
}

func upperEscapes(text string) string { return escaped.ReplaceAllStringFunc(text, strings.ToUpper) }

// escape percent-encodes every byte that is not among those kept in a TraceID.
func escape(value string) string {
	var out strings.Builder
	for _, c := range []byte(value) {
		if kept.Match([]byte{c}) {
			out.WriteByte(c)
		} else {
			fmt.Fprintf(&out, "%%%02X", c)
		}
	}
	return out.String()
}
