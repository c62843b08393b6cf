package traceid

import (
	"regexp"
	"slices"
	"strings"
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

func (p *part) qualifier(name string) *part {
	found := find(qualifiers, name)
	if found == nil || !slices.Contains(strings.Fields(p.qualifiers), found.ai) {
		return nil
	}
	return found
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
