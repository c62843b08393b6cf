package traceid

import (
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// uri is an http or https URI with a host, by RFC 3986, appendix B: the user with its @, the port with its colon, the tail
// is query and fragment.
type uri struct{ scheme, user, host, port, path, tail string }

var webURI = regexp.MustCompile(`(?s)^([Hh][Tt][Tt][Pp][Ss]?)://([^/?#]*@)?([^/?#@]*?)(:[0-9]*)?(/[^?#]*)?([?#].*)?$`)

func readURI(text string) *uri {
	m := webURI.FindStringSubmatch(text)
	if m == nil || m[3] == "" {
		return nil
	}
	return &uri{m[1], m[2], m[3], m[4], m[5], m[6]}
}

// isGS1Host says whether a host is that of GS1's own links.
func isGS1Host(host string) bool { return strings.TrimSuffix(lower(plain(host)), ".") == "id.gs1.org" }

var addressLike = regexp.MustCompile(
	`(?s)^(https?:/*|[a-z][a-z0-9+.\-]*://|//+)?([^/?#]*@)?([^/?#@]*?)(?::[0-9]*)?(?:[/?#].*)?$`)

// claimsGS1 says whether some software takes a text for an address on GS1's host, and RFC 3986 does not.
func claimsGS1(text string) bool {
	if readURI(text) != nil && !strings.Contains(text, `\`) {
		return false
	}
	m := addressLike.FindStringSubmatch(lower(strings.ReplaceAll(plain(text), `\`, "/")))
	return isGS1Host(m[3]) && (m[1] != "" || m[2] == "")
}

// read reads a Digital Link. A URI on another host that is none is not of GS1.
func (u *uri) read() (traceID string, isGS1 bool) {
	segments := strings.Split(strings.TrimSuffix(u.path, "/"), "/")[1:]
	if isGS1Host(u.host) {
		return readPath(segments, false), true
	}
	// A link has a key and at most four qualifiers: only so many segments at the end can be one.
	for start := max(0, len(segments)-10); start < len(segments) && traceID == ""; start++ {
		traceID = readPath(segments[start:], true)
	}
	return traceID, traceID != ""
}

// readPath reads a key and its qualifiers from the segments of a path; empty where they are none.
func readPath(segments []string, mayEscapeNames bool) string {
	var found []named
	for i := 0; i+1 < len(segments); i += 2 {
		name, wrongName := url.PathUnescape(segments[i])
		value, wrongValue := url.PathUnescape(segments[i+1])
		if wrongName != nil || wrongValue != nil || name != segments[i] && !mayEscapeNames {
			return ""
		}
		found = append(found, named{name, value})
	}
	if len(found) == 0 || len(segments)%2 == 1 {
		return ""
	}
	return traceIDOf(found[0], found[1:])
}

var elementName = regexp.MustCompile(`\(\d{2,4}\)`)

// readElements reads an element string in brackets, in any order; every value ends before the next name. What is neither
// key nor qualifier is data. Without a key it is not of GS1.
func readElements(text string) (traceID string, isGS1 bool) {
	starts := elementName.FindAllStringIndex(text, -1)
	if len(starts) == 0 || starts[0][0] != 0 {
		return "", false
	}
	var found, others []named
	seen := map[string]bool{}
	for i, start := range starts {
		end := len(text)
		if i+1 < len(starts) {
			end = starts[i+1][0]
		}
		one := named{text[start[0]+1 : start[1]-1], text[start[1]:end]}
		seen[one.name] = true
		if find(keys, one.name) != nil {
			found = append(found, named{one.name, strings.Trim(one.value, spaces)})
		} else {
			others = append(others, one)
		}
	}
	if len(found) == 0 {
		return "", false
	}
	if len(found) > 1 || len(seen) < len(starts) {
		return "", true
	}
	key := find(keys, found[0].name)
	isData := func(one named) bool { return key.qualifier(one.name) == nil }
	return traceIDOf(found[0], slices.DeleteFunc(others, isData)), true
}
