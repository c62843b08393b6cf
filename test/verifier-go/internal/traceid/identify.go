// Package traceid brings identifiers into the one form under which they are traced (docs/formats.md, TraceID).
package traceid

import (
	"regexp"
	"strings"
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
