package traceid

import (
	"net/url"
	"regexp"
	"strings"
)

// Schemes without a Digital Link, with their forms.
var ownURNs = map[string]*regexp.Regexp{
	"gid":   regexp.MustCompile(`^(?:0|[1-9]\d{0,8})\.(?:0|[1-9]\d{0,7})\.(?:0|[1-9]\d{0,10})$`),
	"usdod": regexp.MustCompile(`^[0-9A-HJ-NP-Z]{5,6}\.(?:0|[1-9]\d{0,10})$`),
	"adi":   regexp.MustCompile(`^[0-9A-HJ-NP-Z]{5,6}\.(?:[A-Z0-9\-]|%2F){0,32}\.(?:%23)?(?:[A-Z0-9\-]|%2F){1,30}$`),
	"bic":   regexp.MustCompile(`^[A-Z]{3}[JUZ][0-9]{7}$`),
	"imovn": regexp.MustCompile(`^[0-9]{7}$`),
}

// epc is how a scheme is written as a key.
type epc struct {
	fields    int
	ai        string
	digits    int    // company prefix and reference together, before their check digit; 0: of any form, without one
	isMoved   bool   // the first digit of the reference stands before the prefix
	qualifier string // of the last field; empty: that is a part of the key
	isClass   bool   // a pattern with a star for the last field is its class
}

var schemes = map[string]epc{
	"id:sgtin":    {3, "01", 13, true, "21", true},
	"id:upui":     {3, "01", 13, true, "235", true},
	"class:lgtin": {3, "01", 13, true, "10", false},
	"id:itip":     {5, "8006", 13, true, "21", true},
	"id:sscc":     {2, "00", 17, true, "", false},
	"id:sgln":     {3, "414", 12, false, "254", false},
	"id:pgln":     {2, "417", 12, false, "", false},
	"id:grai":     {3, "8003", 12, false, "", true},
	"id:gdti":     {3, "253", 12, false, "", true},
	"id:sgcn":     {3, "255", 12, false, "", true},
	"id:gsrn":     {2, "8018", 17, false, "", false},
	"id:gsrnp":    {2, "8017", 17, false, "", false},
	"id:gsin":     {2, "402", 16, false, "", false},
	"id:giai":     {2, "8004", 0, false, "", false},
	"id:ginc":     {2, "401", 0, false, "", false},
	"id:cpi":      {3, "8010", 0, false, "8011", true},
}

var companyPrefix = regexp.MustCompile(`^[0-9]{6,12}$`)

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
	scheme, isKnown := schemes[kind+":"+name]
	// The last field may hold dots.
	fields := strings.SplitN(body, ".", max(scheme.fields, 1))
	last := len(fields) - 1
	isNamed := fields[last] != "" || name == "pgln"
	if isPattern {
		isNamed = fields[last] == "*" && scheme.isClass
		fields[last] = ""
	}
	if !isKnown || len(fields) < scheme.fields || !isNamed {
		return ""
	}
	for i := range fields {
		plain, err := url.PathUnescape(fields[i])
		if err != nil {
			return ""
		}
		fields[i] = plain
	}
	return scheme.traceID(fields[0], fields[1], fields[2:])
}

func (e epc) traceID(prefix, reference string, rest []string) string {
	// A company prefix of 12 digits may leave nothing for the reference; what identifies behind it is never empty.
	if !companyPrefix.MatchString(prefix) || reference == "" && (e.isMoved || e.ai == "8010") {
		return ""
	}
	value := prefix + reference
	if e.isMoved {
		value = reference[:1] + prefix + reference[1:]
	}
	if e.digits > 0 {
		if len(value) != e.digits {
			return ""
		}
		value += checkDigit(value)
	}
	switch e.ai {
	case "8003":
		value = "0" + value
	case "8006":
		if len(rest[0]) != 2 || len(rest[1]) != 2 {
			return ""
		}
		value, rest = value+rest[0]+rest[1], rest[2:]
	}
	if e.qualifier == "" || rest[0] == "" {
		return traceIDOf(named{e.ai, value + strings.Join(rest, "")}, nil)
	}
	return traceIDOf(named{e.ai, value}, []named{{e.qualifier, rest[0]}})
}
