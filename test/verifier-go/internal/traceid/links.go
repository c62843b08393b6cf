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
	if m := webURI.FindStringSubmatch(text); m != nil && m[3] != "" {
		return &uri{m[1], m[2], m[3], m[4], m[5], m[6]}
	}
	return nil
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
	names, values := elementName.FindAllString(text, -1), elementName.Split(text, -1)
	if len(names) == 0 || values[0] != "" {
		return "", false
	}
	var found, others []named
	seen := map[string]bool{}
	for i, name := range names {
		one := named{strings.Trim(name, "()"), strings.Trim(values[i+1], spaces)}
		seen[one.name] = true
		if find(keys, one.name) != nil {
			found = append(found, one)
		} else {
			others = append(others, one)
		}
	}
	if len(found) == 0 {
		return "", false
	}
	if len(found) > 1 || len(seen) < len(names) {
		return "", true
	}
	key := find(keys, found[0].name)
	isData := func(one named) bool { return key.qualifier(one.name) == nil }
	return traceIDOf(found[0], slices.DeleteFunc(others, isData)), true
}

// Schemes without a Digital Link, with their forms.
var ownURNs = map[string]*regexp.Regexp{
	"gid":   regexp.MustCompile(`^(?:0|[1-9]\d{0,8})\.(?:0|[1-9]\d{0,7})\.(?:0|[1-9]\d{0,10})$`),
	"usdod": regexp.MustCompile(`^[0-9A-HJ-NP-Z]{5,6}\.(?:0|[1-9]\d{0,10})$`),
	"adi":   regexp.MustCompile(`^[0-9A-HJ-NP-Z]{5,6}\.(?:[A-Z0-9\-]|%2F){0,32}\.(?:%23)?(?:[A-Z0-9\-]|%2F){1,30}$`),
	"bic":   regexp.MustCompile(`^[A-Z]{3}[JUZ][0-9]{7}$`),
	"imovn": regexp.MustCompile(`^[0-9]{7}$`),
}

// scheme is how an EPC is written as a key.
type scheme struct {
	fields    string // behind the company prefix, each on a line of its own; the last may hold dots
	ai        string
	value     string // made of the groups of the fields; # is the check digit of all before it
	qualifier string // of the last field; empty: that is a part of the key
}

var schemes = map[string]scheme{
	"id:sgtin":    {`(\d)(\d*)\n(.*)`, "01", "$2$1$3#", "21"},
	"id:upui":     {`(\d)(\d*)\n(.*)`, "01", "$2$1$3#", "235"},
	"class:lgtin": {`(\d)(\d*)\n(.*)`, "01", "$2$1$3#", "10"},
	"id:itip":     {`(\d)(\d*)\n(\d\d)\n(\d\d)\n(.*)`, "8006", "$2$1$3#$4$5", "21"},
	"id:sscc":     {`(\d)(\d*)`, "00", "$2$1$3#", ""},
	"id:sgln":     {`(\d*)\n(.*)`, "414", "$1$2#", "254"},
	"id:pgln":     {`(\d*)`, "417", "$1$2#", ""},
	"id:grai":     {`(\d*)\n(.*)`, "8003", "0$1$2#$3", ""},
	"id:gdti":     {`(\d*)\n(.*)`, "253", "$1$2#$3", ""},
	"id:sgcn":     {`(\d*)\n(.*)`, "255", "$1$2#$3", ""},
	"id:gsrn":     {`(\d*)`, "8018", "$1$2#", ""},
	"id:gsrnp":    {`(\d*)`, "8017", "$1$2#", ""},
	"id:gsin":     {`(\d*)`, "402", "$1$2#", ""},
	"id:giai":     {`(.*)`, "8004", "$1$2", ""},
	"id:ginc":     {`(.*)`, "401", "$1$2", ""},
	"id:cpi":      {`(.+)\n(.*)`, "8010", "$1$2", "8011"},
}

// readEPC reads what stands behind urn:epc: (GS1 Tag Data Standard, section 6.3): the TraceID of the link that it has, or
// else the URN in its one form. It is empty where it names no thing or class.
func readEPC(rest string) string {
	kind, rest, _ := strings.Cut(rest, ":")
	name, body, _ := strings.Cut(rest, ":")
	kind, name = lower(kind), lower(name)
	if form := ownURNs[name]; form != nil && kind == "id" {
		if body = upperEscapes(body); !form.MatchString(body) {
			return ""
		}
		return "urn:epc:id:" + name + ":" + body
	}
	isPattern := kind == "idpat"
	if isPattern {
		kind = "id"
	}
	s, isKnown := schemes[kind+":"+name]
	fields := strings.SplitN(body, ".", strings.Count(s.fields, `\n`)+2)
	last := len(fields) - 1
	isNamed := fields[last] != "" || name == "pgln"
	if isPattern {
		isNamed, fields[last] = fields[last] == "*", ""
	}
	for i := range fields {
		plain, err := url.PathUnescape(fields[i])
		isNamed, fields[i] = isNamed && err == nil, plain
	}
	if !isKnown || !isNamed {
		return ""
	}
	traceID := s.traceID(strings.Join(fields, "\n"), fields[last])
	if isPattern && !classes.MatchString(traceID) {
		return ""
	}
	return traceID
}

func (s scheme) traceID(fields, last string) string {
	pattern := regexp.MustCompile(`(?s)^(\d{6,12})\n` + s.fields + `$`)
	found := pattern.FindStringSubmatchIndex(fields)
	if found == nil {
		return ""
	}
	value := string(pattern.ExpandString(nil, s.value, fields, found))
	if checked := find(keys, s.ai).checked; checked > 0 {
		digits, behind, _ := strings.Cut(value, "#")
		if len(digits) != checked-1 {
			return ""
		}
		value = digits + checkDigit(digits) + behind
	}
	if s.qualifier == "" || last == "" {
		return traceIDOf(named{s.ai, value}, nil)
	}
	return traceIDOf(named{s.ai, value}, []named{{s.qualifier, last}})
}
