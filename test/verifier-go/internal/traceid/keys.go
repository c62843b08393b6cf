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

type part struct {
	ai, name string
	pattern  *regexp.Regexp
}

type key struct {
	part
	checked    int // leading digits that end in a check digit
	qualifiers []part
	keeps      []string // the qualifiers of which the first that is there identifies
}

const (
	x = `[!"%-?A-Z_a-z]` // the 82 characters of GS1
	y = `[#\-/0-9A-Z]`   // the 39 of a component or part
)

func newPart(ai, name, pattern string) part {
	return part{ai, name, regexp.MustCompile(`^(?:` + pattern + `)$`)}
}

var qualifierOf = map[string]part{}

func newKey(ai, name, pattern string, checked int, qualifiers, keeps string) *key {
	k := &key{part: newPart(ai, name, pattern), checked: checked, keeps: strings.Fields(keeps)}
	for _, qualifier := range strings.Fields(qualifiers) {
		k.qualifiers = append(k.qualifiers, qualifierOf[qualifier])
	}
	return k
}

var keys []*key

func init() {
	for _, qualifier := range []part{
		newPart("10", "lot", x+`{1,20}`),
		newPart("21", "ser", x+`{1,20}`),
		newPart("22", "cpv", x+`{1,20}`),
		newPart("235", "tpx", x+`{1,28}`),
		newPart("254", "glnx", x+`{1,20}`),
		newPart("7040", "uic", `\d`+x+`{3}`),
		newPart("8011", "cpsn", `\d{1,12}`),
		newPart("8019", "srin", `\d{1,10}`),
		newPart("8020", "refno", x+`{1,25}`),
	} {
		qualifierOf[qualifier.ai] = qualifier
	}
	keys = []*key{
		newKey("00", "sscc", `\d{18}`, 18, "", ""),
		newKey("01", "gtin", `\d{14}`, 14, "22 10 21 235", "21 235 10"),
		newKey("253", "gdti", `\d{13}`+x+`{0,17}`, 13, "", ""),
		newKey("255", "gcn", `\d{13,25}`, 13, "", ""),
		newKey("401", "ginc", `\d{4}`+x+`{0,26}`, 0, "", ""),
		newKey("402", "gsin", `\d{17}`, 17, "", ""),
		newKey("410", "shipto", `\d{13}`, 13, "", ""),
		newKey("411", "billto", `\d{13}`, 13, "", ""),
		newKey("412", "purchasedfrom", `\d{13}`, 13, "", ""),
		newKey("413", "shipfor", `\d{13}`, 13, "", ""),
		newKey("414", "gln", `\d{13}`, 13, "254 7040", "254"),
		newKey("415", "payto", `\d{13}`, 13, "8020", "8020"),
		newKey("416", "glnprod", `\d{13}`, 13, "", ""),
		newKey("417", "party", `\d{13}`, 13, "7040", ""),
		newKey("8003", "grai", `0\d{13}`+x+`{0,16}`, 14, "", ""),
		newKey("8004", "giai", `\d{4}`+x+`{0,26}`, 0, "", ""),
		newKey("8006", "itip", `\d{18}`, 14, "22 10 21", "21 10"),
		newKey("8010", "cpid", `\d{4}`+y+`{0,26}`, 0, "8011", "8011"),
		newKey("8013", "gmn", `\d{4}`+x+`{0,21}`, 0, "", ""),
		newKey("8017", "gsrnp", `\d{18}`, 18, "8019", ""),
		newKey("8018", "gsrn", `\d{18}`, 18, "8019", ""),
	}
}

func findKey(name string) *key {
	for _, k := range keys {
		if name = lower(name); name == k.ai || name == k.name {
			return k
		}
	}
	return nil
}

func (k *key) findQualifier(name string) *part {
	for i := range k.qualifiers {
		if name = lower(name); name == k.qualifiers[i].ai || name == k.qualifiers[i].name {
			return &k.qualifiers[i]
		}
	}
	return nil
}

// checkDigit over digits that it is to follow: weights 3 and 1 from the right.
func checkDigit(digits string) byte {
	sum := 0
	for i := 0; i < len(digits); i++ {
		weight := 1
		if (len(digits)-i)%2 == 1 {
			weight = 3
		}
		sum += weight * int(digits[i]-'0')
	}
	return byte('0' + (10-sum%10)%10)
}

func (k *key) holds(value string) bool {
	if !k.pattern.MatchString(value) {
		return false
	}
	return k.checked == 0 || checkDigit(value[:k.checked-1]) == value[k.checked-1]
}

// identifier is a valid key with its qualifiers by AI.
type identifier struct {
	key        *key
	value      string
	qualifiers map[string]string
}

// newIdentifier pads and checks what was read under the names of AIs or short names, the key first.
func newIdentifier(k *key, value string) (*identifier, bool) {
	if k.ai == "01" && (len(value) == 8 || len(value) == 12 || len(value) == 13) {
		value = strings.Repeat("0", 14-len(value)) + value
	}
	return &identifier{k, value, map[string]string{}}, k.holds(value)
}

// add takes a qualifier; false where it is none of the key, not valid, or there already.
func (i *identifier) add(name, value string) bool {
	qualifier := i.key.findQualifier(name)
	if qualifier == nil || !qualifier.pattern.MatchString(value) || value == "." || value == ".." {
		return false
	}
	if _, twice := i.qualifiers[qualifier.ai]; twice {
		return false
	}
	i.qualifiers[qualifier.ai] = value
	return true
}

// identity is the TraceID and its nature.
func (i *identifier) identity() (string, string) {
	traceID := "https://id.gs1.org/" + i.key.ai + "/" + escape(i.value)
	kept := ""
	for _, ai := range i.key.keeps {
		value, has := i.qualifiers[ai]
		if has && !(ai == "254" && value == "0") {
			traceID += "/" + ai + "/" + escape(value)
			kept = ai
			break
		}
	}
	return traceID, i.nature(kept)
}

func (i *identifier) nature(kept string) string {
	switch i.key.ai {
	case "01", "8006":
		if kept == "10" {
			return Lot
		}
		return classUnless(kept != "")
	case "253", "255", "8003":
		return classUnless(len(i.value) > i.key.checked)
	case "8010":
		return classUnless(kept != "")
	case "8013":
		return Class
	}
	return Instance
}

func classUnless(instance bool) string {
	if instance {
		return Instance
	}
	return Class
}
