package traceid

import (
	"regexp"
	"strings"
)

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
	if !parts.isWeb() || !uriCharacters.MatchString(text) {
		return text
	}
	scheme := lower(parts.scheme)
	user, host, port := splitAuthority(parts.authority)
	if !validHost.MatchString(host) {
		return text
	}
	if port == ":" || port == ":80" && scheme == "http" || port == ":443" && scheme == "https" {
		port = ""
	}
	path := parts.path
	if path == "" {
		path = "/"
	}
	return scheme + "://" + plain(user) + upperEscapes(lower(plain(host))) + port + plain(path) + plain(parts.tail)
}

// plain leaves what is no escape as it is, unescapes unreserved characters and writes other escapes in upper case.
func plain(text string) string {
	var out strings.Builder
	for i := 0; i < len(text); i++ {
		if text[i] != '%' {
			out.WriteByte(text[i])
			continue
		}
		if i+2 >= len(text) || unhex(text[i+1]) < 0 || unhex(text[i+2]) < 0 {
			out.WriteByte('%')
			continue
		}
		c := byte(unhex(text[i+1])<<4 | unhex(text[i+2]))
		if isLetterOrDigit(c) || strings.IndexByte("-._~", c) >= 0 {
			out.WriteByte(c)
		} else {
			out.Write([]byte{'%', upperHex[c>>4], upperHex[c&15]})
		}
		i += 2
	}
	return out.String()
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
