package traceid

import (
	"regexp"
	"strings"
)

// uri is a URI by RFC 3986, appendix B.
type uri struct {
	scheme, authority, path string
	hasAuthority            bool
	tail                    string // query and fragment, as written
}

var appendixB = regexp.MustCompile(`(?s)^(([^:/?#]+):)?(//([^/?#]*))?([^?#]*)(.*)$`)

func splitURI(text string) uri {
	m := appendixB.FindStringSubmatch(text)
	return uri{scheme: m[2], authority: m[4], path: m[5], hasAuthority: m[3] != "", tail: m[6]}
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
	plain, valid := unescape(host)
	if !valid {
		plain = host
	}
	plain = lower(plain)
	return plain == "id.gs1.org" || plain == "id.gs1.org."
}

// readPath reads a key and its qualifiers from the segments of a path.
func readPath(segments []string, escapedNames bool) (*identifier, bool) {
	if len(segments) == 0 || len(segments)%2 == 1 {
		return nil, false
	}
	var read *identifier
	for i := 0; i < len(segments); i += 2 {
		name, value := segments[i], segments[i+1]
		if escapedNames {
			plain, valid := unescape(name)
			if !valid {
				return nil, false
			}
			name = plain
		}
		value, valid := unescape(value)
		if !valid {
			return nil, false
		}
		if read == nil {
			k := findKey(name)
			if k == nil {
				return nil, false
			}
			if read, valid = newIdentifier(k, value); !valid {
				return nil, false
			}
		} else if !read.add(name, value) {
			return nil, false
		}
	}
	return read, true
}

// readLink reads a Digital Link. Where the text is none, it is neither an identifier nor an error: a URI.
func readLink(u uri) (*identifier, error) {
	_, host, _ := splitAuthority(u.authority)
	path := strings.TrimSuffix(u.path, "/")
	if !strings.HasPrefix(path, "/") {
		if isGS1Host(host) {
			return nil, refuse("no key on GS1's host")
		}
		return nil, nil
	}
	segments := strings.Split(path[1:], "/")
	if isGS1Host(host) {
		read, valid := readPath(segments, false)
		if !valid {
			return nil, refuse("not a valid link on GS1's host")
		}
		return read, nil
	}
	// A link has a key and at most four qualifiers: only so many segments at the end can be one.
	first := max(0, len(segments)-10)
	for start := first; start < len(segments); start++ {
		if read, valid := readPath(segments[start:], true); valid {
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
	values, doubled := map[string]string{}, ""
	for i, start := range starts {
		end := len(text)
		if i+1 < len(starts) {
			end = starts[i+1][0]
		}
		ai, value := text[start[0]+1:start[1]-1], text[start[1]:end]
		if _, twice := values[ai]; twice {
			doubled = ai
		}
		values[ai] = value
		k := findKey(ai)
		if k != nil && read != nil {
			return nil, refuse("two keys")
		}
		if k != nil {
			valid := false
			if read, valid = newIdentifier(k, strings.TrimFunc(value, isSpace)); !valid {
				return nil, refuse("no valid key")
			}
		}
	}
	if read == nil {
		return nil, nil
	}
	if doubled != "" {
		return nil, refuse("(%s) twice", doubled)
	}
	for ai, value := range values {
		if read.key.findQualifier(ai) != nil && !read.add(ai, value) {
			return nil, refuse("no valid qualifier (%s)", ai)
		}
	}
	return read, nil
}
