package traceid

import (
	"net/url"
	"regexp"
	"strings"
)

// uri is a URI by RFC 3986, appendix B; the tail is query and fragment, as written.
type uri struct{ scheme, authority, path, tail string }

var appendixB = regexp.MustCompile(`(?s)^(?:([^:/?#]+):)?(?://([^/?#]*))?([^?#]*)(.*)$`)

func splitURI(text string) uri {
	m := appendixB.FindStringSubmatch(text)
	return uri{m[1], m[2], m[3], m[4]}
}

var authorityParts = regexp.MustCompile(`(?s)^(.*@)?(.*?)(:[0-9]*)?$`)

// splitAuthority gives user (with its @), host, and port (with its colon).
func splitAuthority(authority string) (user, host, port string) {
	m := authorityParts.FindStringSubmatch(authority)
	return m[1], m[2], m[3]
}

// isWeb says whether it is an http or https URI with a host.
func (u uri) isWeb() bool {
	_, host, _ := splitAuthority(u.authority)
	return (lower(u.scheme) == "http" || lower(u.scheme) == "https") && host != ""
}

// isGS1Host says whether a host is that of GS1's own links.
func isGS1Host(host string) bool {
	if plain, err := url.PathUnescape(host); err == nil {
		host = plain
	}
	return strings.TrimSuffix(lower(host), ".") == "id.gs1.org"
}

// readPath reads a key and its qualifiers from the segments of a path; nil where they are none.
func readPath(segments []string, hasEscapedNames bool) *identifier {
	var read *identifier
	if len(segments)%2 == 1 {
		return nil
	}
	for i := 0; i < len(segments); i += 2 {
		name, value := segments[i], segments[i+1]
		if hasEscapedNames {
			plain, err := url.PathUnescape(name)
			if err != nil {
				return nil
			}
			name = plain
		}
		value, err := url.PathUnescape(value)
		if err != nil {
			return nil
		}
		k, valid := findKey(name), false
		switch {
		case read != nil:
			valid = read.add(name, value)
		case k != nil:
			read, valid = newIdentifier(k, value)
		}
		if !valid {
			return nil
		}
	}
	return read
}

// readLink reads a Digital Link. Where the text is none, it is neither an identifier nor an error: a URI.
func readLink(u uri) (*identifier, error) {
	_, host, _ := splitAuthority(u.authority)
	segments := strings.Split(strings.TrimSuffix(u.path, "/"), "/")
	if isGS1Host(host) {
		if read := readPath(segments[1:], false); read != nil {
			return read, nil
		}
		return nil, refuse("not a valid link on GS1's host")
	}
	// A link has a key and at most four qualifiers: only so many segments at the end can be one.
	for start := max(1, len(segments)-10); start < len(segments); start++ {
		if read := readPath(segments[start:], true); read != nil {
			return read, nil
		}
	}
	return nil, nil
}

var elementName = regexp.MustCompile(`\(\d{2,4}\)`)

// readElements reads an element string in brackets, in any order; every value ends before the next name. What is neither
// key nor qualifier is data. Without a key it is a text.
func readElements(text string) (*identifier, error) {
	starts := elementName.FindAllStringIndex(text, -1)
	if len(starts) == 0 || starts[0][0] != 0 {
		return nil, nil
	}
	var read *identifier
	values, isDoubled := map[string]string{}, false
	for i, start := range starts {
		end := len(text)
		if i+1 < len(starts) {
			end = starts[i+1][0]
		}
		ai, value := text[start[0]+1:start[1]-1], text[start[1]:end]
		_, twice := values[ai]
		isDoubled = isDoubled || twice
		values[ai] = value
		k, valid := findKey(ai), read == nil
		if k != nil && valid {
			read, valid = newIdentifier(k, strings.Trim(value, spaces))
		}
		if k != nil && !valid {
			return nil, refuse("two keys, or no valid key")
		}
	}
	if read == nil {
		return nil, nil
	}
	if isDoubled {
		return nil, refuse("a name twice")
	}
	for ai, value := range values {
		if read.key.findQualifier(ai) != nil && !read.add(ai, value) {
			return nil, refuse("no valid qualifier (%s)", ai)
		}
	}
	return read, nil
}
