// Package traceid brings identifiers into the one form under which they are traced (docs/formats.md, TraceID).
package traceid

import (
	"cmp"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

const (
	// Nature of an identifier: of a product line, a lot of it, or one thing.
	Class    = "class"
	Lot      = "lot"
	Instance = "instance"
	maxBytes = 512
	maxUnits = 2048
	spaces   = " \t\n\v\f\r\u0085\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000\ufeff"
	unseen   = "\u2028\u2029\u2800\U00016fe4\U0001d159"
)

var (
	classes       = regexp.MustCompile(`^https://id\.gs1\.org/(?:(?:01|8006)/\d+|80(?:10|13)/[^/]+|25[35]/\d{13}|8003/\d{14})$`)
	lots          = regexp.MustCompile(`^https://id\.gs1\.org/(?:01|8006)/\d+/10/`)
	uriCharacters = regexp.MustCompile(`^(?:[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=]|%[0-9A-Fa-f]{2})*$`)
	validHost     = regexp.MustCompile(`^(?:\[[^\[\]]*\]|[^:@\[\]]*)$`)
	// What of a URN is in lower case: of a UUID all.
	smallURN   = regexp.MustCompile(`^(?:urn:uuid:[0-9a-z\-]*$|(?:urn|did):[a-z0-9\-]+:)`)
	manyMarks  = regexp.MustCompile(`\p{M}{31}`)
	capitals   = regexp.MustCompile(`[A-Z]+`)
	escaped    = regexp.MustCompile(`%[0-9A-Fa-f]{2}`)
	unreserved = regexp.MustCompile(`^[A-Za-z0-9\-._~]$`)
	notKept    = regexp.MustCompile(`[^A-Za-z0-9\-._';=]`)
)

// Identify gives the TraceID of an identifier as it is written, and its nature; both are empty where it has none.
func Identify(input string) (traceID, nature string) {
	traceID = identify(readCharacters(input))
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
	if traceID, nature := Identify(text); traceID == text {
		return nature
	}
	return ""
}

// identify is empty where the text is refused, or to be of GS1 and not of its form.
func identify(text string) string {
	link := readURI(text)
	traceID, isGS1 := "", false
	switch {
	case text == "" || claimsGS1(text):
		return ""
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

// otherIdentifier writes what is not of GS1 as its own standard calls it equal.
func otherIdentifier(text string, link *uri) string {
	if small := smallURN.FindString(lower(text)); small != "" {
		return small + text[len(small):]
	}
	if link == nil || !uriCharacters.MatchString(text) || !validHost.MatchString(link.host) {
		return text
	}
	scheme, port, path := lower(link.scheme), link.port, cmp.Or(link.path, "/")
	if port == ":" || port == ":80" && scheme == "http" || port == ":443" && scheme == "https" {
		port = ""
	}
	return scheme + "://" + plain(link.user) + upperEscapes(lower(plain(link.host))) + port + plain(path) + plain(link.tail)
}

// isRefused says whether a character may not stand in an identifier. It relies on the tables of Unicode 15.0, which a test
// makes sure of. (unicode.C has what is not assigned, too.)
func isRefused(r rune) bool {
	return r != ' ' && strings.ContainsRune(spaces+unseen, r) ||
		unicode.In(r, unicode.Cc, unicode.Cf, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector) ||
		!unicode.In(r, unicode.L, unicode.M, unicode.N, unicode.P, unicode.S, unicode.Z, unicode.Co)
}

// readCharacters trims, checks every character, and brings the text into NFC. It is empty where it refuses.
func readCharacters(input string) string {
	text := strings.Trim(input, spaces)
	isLong := len(utf16.Encode([]rune(text))) > maxUnits
	if !utf8.ValidString(input) || isLong || strings.ContainsFunc(text, isRefused) || manyMarks.MatchString(text) {
		return ""
	}
	return norm.NFC.String(text)
}

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

// part is a key or a qualifier of one.
type part struct {
	ai, name   string
	pattern    *regexp.Regexp
	checked    int    // leading digits that end in a check digit
	qualifiers string // AIs
	keeps      string // the qualifiers of which the first that is there identifies
}

// The 82 characters of GS1, and the 39 of a component or part, stand as x and y.
var sets = strings.NewReplacer("x", `[!"%-?A-Z_a-z]`, "y", `[#\-/0-9A-Z]`)

func form(pattern string) *regexp.Regexp {
	return regexp.MustCompile(`^(?:` + sets.Replace(pattern) + `)$`)
}

var qualifiers = []part{
	{ai: "10", name: "lot", pattern: form(`x{1,20}`)},
	{ai: "21", name: "ser", pattern: form(`x{1,20}`)},
	{ai: "22", name: "cpv", pattern: form(`x{1,20}`)},
	{ai: "235", name: "tpx", pattern: form(`x{1,28}`)},
	{ai: "254", name: "glnx", pattern: form(`x{1,20}`)},
	{ai: "7040", name: "uic", pattern: form(`\dx{3}`)},
	{ai: "8011", name: "cpsn", pattern: form(`\d{1,12}`)},
	{ai: "8019", name: "srin", pattern: form(`\d{1,10}`)},
	{ai: "8020", name: "refno", pattern: form(`x{1,25}`)},
}

var keys = []part{
	{"00", "sscc", form(`\d{18}`), 18, "", ""},
	{"01", "gtin", form(`\d{14}`), 14, "22 10 21 235", "21 235 10"},
	{"253", "gdti", form(`\d{13}x{0,17}`), 13, "", ""},
	{"255", "gcn", form(`\d{13,25}`), 13, "", ""},
	{"401", "ginc", form(`\d{4}x{0,26}`), 0, "", ""},
	{"402", "gsin", form(`\d{17}`), 17, "", ""},
	{"410", "shipto", form(`\d{13}`), 13, "", ""},
	{"411", "billto", form(`\d{13}`), 13, "", ""},
	{"412", "purchasedfrom", form(`\d{13}`), 13, "", ""},
	{"413", "shipfor", form(`\d{13}`), 13, "", ""},
	{"414", "gln", form(`\d{13}`), 13, "254 7040", "254"},
	{"415", "payto", form(`\d{13}`), 13, "8020", "8020"},
	{"416", "glnprod", form(`\d{13}`), 13, "", ""},
	{"417", "party", form(`\d{13}`), 13, "7040", ""},
	{"8003", "grai", form(`0\d{13}x{0,16}`), 14, "", ""},
	{"8004", "giai", form(`\d{4}x{0,26}`), 0, "", ""},
	{"8006", "itip", form(`\d{18}`), 14, "22 10 21", "21 10"},
	{"8010", "cpid", form(`\d{4}y{0,26}`), 0, "8011", "8011"},
	{"8013", "gmn", form(`\d{4}x{0,21}`), 0, "", ""},
	{"8017", "gsrnp", form(`\d{18}`), 18, "8019", ""},
	{"8018", "gsrn", form(`\d{18}`), 18, "8019", ""},
}

// find gives the part of a list with an AI or short name.
func find(parts []part, name string) *part {
	name = lower(name)
	if at := slices.IndexFunc(parts, func(p part) bool { return name == p.ai || name == p.name }); at >= 0 {
		return &parts[at]
	}
	return nil
}

func (p *part) qualifier(name string) *part {
	if found := find(qualifiers, name); found != nil && slices.Contains(strings.Fields(p.qualifiers), found.ai) {
		return found
	}
	return nil
}

// checkDigit over digits that it is to follow: weights 3 and 1 from the right.
func checkDigit(digits string) string {
	sum := 0
	for i := range len(digits) {
		sum += int(digits[i]-'0') * (1 + (len(digits)-i)%2*2)
	}
	return string(rune('0' + (10-sum%10)%10))
}

// named is a value with its AI or short name.
type named struct{ name, value string }

// traceIDOf a key with qualifiers; empty where one is not of its form, none of the key's, or there twice.
func traceIDOf(given named, others []named) string {
	key, value := find(keys, given.name), given.value
	if key == nil {
		return ""
	}
	if key.ai == "01" && slices.Contains([]int{8, 12, 13}, len(value)) {
		value = strings.Repeat("0", 14-len(value)) + value
	}
	if !key.pattern.MatchString(value) || key.checked > 0 && checkDigit(value[:key.checked-1]) != value[key.checked-1:key.checked] {
		return ""
	}
	values := map[string]string{}
	for _, one := range others {
		found := key.qualifier(one.name)
		// Software takes dots for a way up the path.
		if found == nil || !found.pattern.MatchString(one.value) || values[found.ai] != "" || one.value == "." || one.value == ".." {
			return ""
		}
		values[found.ai] = one.value
	}
	traceID := "https://id.gs1.org/" + key.ai + "/" + escape(value)
	for _, ai := range strings.Fields(key.keeps) {
		if kept := values[ai]; kept != "" && (ai != "254" || kept != "0") {
			return traceID + "/" + ai + "/" + escape(kept)
		}
	}
	return traceID
}
