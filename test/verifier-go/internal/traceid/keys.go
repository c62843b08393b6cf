package traceid

import (
	"regexp"
	"slices"
	"strings"
)

// Nature of an identifier: of a product line, a lot of it, or one thing.
const (
	Class    = "class"
	Lot      = "lot"
	Instance = "instance"
)

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
	at := slices.IndexFunc(parts, func(p part) bool { return name == p.ai || name == p.name })
	if at < 0 {
		return nil
	}
	return &parts[at]
}

func findKey(name string) *part { return find(keys, name) }

func (p *part) findQualifier(name string) *part {
	found := find(qualifiers, name)
	if found == nil || !slices.Contains(strings.Fields(p.qualifiers), found.ai) {
		return nil
	}
	return found
}

// checkDigit over digits that it is to follow: weights 3 and 1 from the right.
func checkDigit(digits string) byte {
	sum := 0
	for i := range digits {
		sum += int(digits[i]-'0') * (1 + (len(digits)-i)%2*2)
	}
	return byte('0' + (10-sum%10)%10)
}

// identifier is a valid key with its qualifiers by AI.
type identifier struct {
	key        *part
	value      string
	qualifiers map[string]string
}

// newIdentifier pads and checks the value of a key.
func newIdentifier(k *part, value string) (*identifier, bool) {
	if k.ai == "01" && (len(value) == 8 || len(value) == 12 || len(value) == 13) {
		value = strings.Repeat("0", 14-len(value)) + value
	}
	valid := k.pattern.MatchString(value) && (k.checked == 0 || checkDigit(value[:k.checked-1]) == value[k.checked-1])
	return &identifier{k, value, map[string]string{}}, valid
}

// add takes a qualifier; false where it is none of the key, not valid, or there already.
func (i *identifier) add(name, value string) bool {
	qualifier := i.key.findQualifier(name)
	if qualifier == nil || !qualifier.pattern.MatchString(value) || value == "." || value == ".." {
		return false
	}
	_, twice := i.qualifiers[qualifier.ai]
	i.qualifiers[qualifier.ai] = value
	return !twice
}

// identity is the TraceID and its nature.
func (i *identifier) identity() (string, string) {
	traceID := "https://id.gs1.org/" + i.key.ai + "/" + escape(i.value)
	for _, ai := range strings.Fields(i.key.keeps) {
		value, has := i.qualifiers[ai]
		if !has || ai == "254" && value == "0" {
			continue
		}
		traceID += "/" + ai + "/" + escape(value)
		if ai == "10" {
			return traceID, Lot
		}
		return traceID, Instance
	}
	switch i.key.ai {
	case "01", "8006", "8010", "8013":
		return traceID, Class
	case "253", "255", "8003":
		if len(i.value) == i.key.checked {
			return traceID, Class
		}
	}
	return traceID, Instance
}
