package traceid

import (
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

const (
	maxUnits = 2048
	spaces   = " \t\n\v\f\r\u0085\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000\ufeff"
	unseen   = "\u2028\u2029\u2800\U00016fe4\U0001d159"
)

// isRefused says whether a character may not stand in an identifier. It relies on the tables of Unicode 15.0, which a test
// makes sure of. (unicode.C has what is not assigned, too.)
func isRefused(r rune) bool {
	if r != ' ' && strings.ContainsRune(spaces+unseen, r) ||
		unicode.In(r, unicode.Cc, unicode.Cf, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector) {
		return true
	}
	return !unicode.In(r, unicode.L, unicode.M, unicode.N, unicode.P, unicode.S, unicode.Z, unicode.Co)
}

var tooManyMarks = regexp.MustCompile(`\p{M}{31}`)

// readCharacters trims, checks every character, and brings the text into NFC. It is empty where it refuses.
func readCharacters(input string) string {
	text := strings.Trim(input, spaces)
	isLong := len(utf16.Encode([]rune(text))) > maxUnits
	if !utf8.ValidString(input) || isLong || strings.ContainsFunc(text, isRefused) || tooManyMarks.MatchString(text) {
		return ""
	}
	return norm.NFC.String(text)
}

var (
	capitals   = regexp.MustCompile(`[A-Z]+`)
	escaped    = regexp.MustCompile(`%[0-9A-Fa-f]{2}`)
	unreserved = regexp.MustCompile(`^[A-Za-z0-9\-._~]$`)
	notKept    = regexp.MustCompile(`[^A-Za-z0-9\-._';=]`)
)

// lower makes the letters A to Z small, and no others.
func lower(text string) string { return capitals.ReplaceAllStringFunc(text, strings.ToLower) }

func upperEscapes(text string) string { return escaped.ReplaceAllStringFunc(text, strings.ToUpper) }

// plain leaves what is no escape as it is, unescapes unreserved characters and writes other escapes in upper case.
func plain(text string) string {
	return escaped.ReplaceAllStringFunc(text, func(one string) string {
		if c, err := url.PathUnescape(one); err == nil && unreserved.MatchString(c) {
			return c
		}
		return strings.ToUpper(one)
	})
}

// escape percent-encodes every character that is not among those kept in a TraceID; values have ASCII alone.
func escape(value string) string {
	return notKept.ReplaceAllStringFunc(value, func(one string) string { return fmt.Sprintf("%%%X", one) })
}
