package traceid

import (
	"regexp"
	"strings"
)

// Identify gives the TraceID of an identifier as it is written, and its nature.
func Identify(input string) (traceID, nature string, err error) {
	text, err := readCharacters(input)
	if err != nil {
		return "", "", err
	}
	if traceID, nature, err = identify(text); err == nil && len(traceID) > maxBytes {
		err = refuse("more than %d bytes", maxBytes)
	}
	return traceID, nature, err
}

// NatureOf is the nature of a canonical TraceID; any other text is refused.
func NatureOf(text string) (string, error) {
	traceID, nature, err := Identify(text)
	if err == nil && traceID != text {
		err = refuse("not canonical: %q is", traceID)
	}
	return nature, err
}

func identify(text string) (string, string, error) {
	var read *identifier
	var err error
	parts := splitURI(text)
	urn := lower(text)
	switch {
	case strings.HasPrefix(urn, "urn:epc:"):
		if read, urn, err = readEPC(text[len("urn:epc:"):]); read == nil {
			return urn, Instance, err
		}
	case parts.isWeb():
		read, err = readLink(parts)
	case strings.HasPrefix(text, "("):
		read, err = readElements(text)
	}
	if err == nil {
		err = refuseClaim(text, parts)
	}
	if err != nil {
		return "", "", err
	}
	if read != nil {
		traceID, nature := read.identity()
		return traceID, nature, nil
	}
	return otherIdentifier(text, parts), Instance, nil
}

var (
	uriCharacters = regexp.MustCompile(`^(?:[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=]|%[0-9A-Fa-f]{2})*$`)
	uuid          = regexp.MustCompile(`(?i)^urn:uuid:[0-9a-z\-]*$`)
	urnParts      = regexp.MustCompile(`(?is)^((?:urn|did):[a-z0-9\-]+:)(.*)$`)
	validHost     = regexp.MustCompile(`^(?:\[[^\[\]]*\]|[^:@\[\]]*)$`)
)

// otherIdentifier writes what is not of GS1 as its own standard calls it equal.
func otherIdentifier(text string, parts uri) string {
	if uuid.MatchString(text) {
		return lower(text)
	}
	if m := urnParts.FindStringSubmatch(text); m != nil {
		return lower(m[1]) + m[2]
	}
	user, host, port := splitAuthority(parts.authority)
	if !parts.isWeb() || !uriCharacters.MatchString(text) || !validHost.MatchString(host) {
		return text
	}
	scheme := lower(parts.scheme)
	if port == ":" || port == ":80" && scheme == "http" || port == ":443" && scheme == "https" {
		port = ""
	}
	path := parts.path
	if path == "" {
		path = "/"
	}
	return scheme + "://" + plain(user) + upperEscapes(lower(plain(host))) + port + plain(path) + plain(parts.tail)
}

var likeAnAddress = regexp.MustCompile(`(?is)^(?:https?:/*|[a-z][a-z0-9+.\-]*://|//+)([^/?#]*)`)

// refuseClaim refuses what some software takes for an address on GS1's host, and RFC 3986 does not.
func refuseClaim(text string, parts uri) error {
	if parts.isWeb() && !strings.Contains(text, `\`) {
		return nil
	}
	slashed := strings.ReplaceAll(plain(text), `\`, "/")
	authority := ""
	if m := likeAnAddress.FindStringSubmatch(slashed); m != nil {
		authority = m[1]
	} else if end := strings.IndexAny(slashed+"/", "/?#"); !strings.Contains(slashed[:end], "@") {
		authority = slashed[:end]
	}
	if _, host, _ := splitAuthority(authority); isGS1Host(host) {
		return refuse("looks like an address on GS1's host and is none")
	}
	return nil
}
