// Package traceid brings identifiers into the one form under which they are traced (docs/formats.md, TraceID).
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

// Nature of an identifier: of a product line, a lot of it, or one thing.
const (
	Class    = "class"
	Lot      = "lot"
	Instance = "instance"
)

const maxBytes = 512

var (
	classes = regexp.MustCompile(`^https://id\.gs1\.org/(?:(?:01|8006)/\d+|80(?:10|13)/[^/]+|25[35]/\d{13}|8003/\d{14})$`)
	lots    = regexp.MustCompile(`^https://id\.gs1\.org/(?:01|8006)/\d+/10/`)
)

// Identify gives the TraceID of an identifier as it is written, and its nature; both are empty where it has none.
func Identify(input string) (traceID, nature string) {
	text := readCharacters(input)
	if text == "" || claimsGS1(text) {
		return "", ""
	}
	traceID = identify(text)
	switch {
	case traceID == "" || len(traceID) > maxBytes:
		return "", ""
	case classes.MatchString(traceID):
		return traceID, Class
	case lots.MatchString(traceID):
		return traceID, Lot
	}
	return traceID, Instance
}

// NatureOf is the nature of a canonical TraceID, and empty of any other text.
func NatureOf(text string) string {
	traceID, nature := Identify(text)
	if traceID != text {
		return ""
	}
	return nature
}

// identify is empty where the text is to be of GS1, and is not of its form.
func identify(text string) string {
	link := readURI(text)
	traceID, isGS1 := "", false
	switch {
	case strings.HasPrefix(lower(text), "urn:epc:"):
		return readEPC(text[len("urn:epc:"):])
	case link != nil:
		traceID, isGS1 = link.read()
	case strings.HasPrefix(text, "("):
		traceID, isGS1 = readElements(text)
	}
	if isGS1 {
		return traceID
	}
	return otherIdentifier(text, link)
}

var (
	uriCharacters = regexp.MustCompile(`^(?:[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=]|%[0-9A-Fa-f]{2})*$`)
	uuid          = regexp.MustCompile(`^urn:uuid:[0-9a-z\-]*$`)
	namespace     = regexp.MustCompile(`^(?:urn|did):[a-z0-9\-]+:`)
	validHost     = regexp.MustCompile(`^(?:\[[^\[\]]*\]|[^:@\[\]]*)$`)
)

// otherIdentifier writes what is not of GS1 as its own standard calls it equal.
func otherIdentifier(text string, link *uri) string {
	small := lower(text)
	if uuid.MatchString(small) {
		return small
	}
	if length := len(namespace.FindString(small)); length > 0 {
		return small[:length] + text[length:]
	}
	if link == nil || !uriCharacters.MatchString(text) || !validHost.MatchString(link.host) {
		return text
	}
	scheme, port, path := lower(link.scheme), link.port, link.path
	if port == ":" || port == ":80" && scheme == "http" || port == ":443" && scheme == "https" {
		port = ""
	}
	if path == "" {
		path = "/"
	}
	return scheme + "://" + plain(link.user) + upperEscapes(lower(plain(link.host))) + port + plain(path) + plain(link.tail)
}

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
