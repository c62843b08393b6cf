package traceid

import (
	"regexp"
	"strings"
)

// readEPC reads what stands behind urn:epc: (GS1 Tag Data Standard, section 6.3). It gives the identifier that it has a
// Digital Link for, or else the URN in its one form.
func readEPC(rest string) (*identifier, string, error) {
	kind, rest, _ := strings.Cut(rest, ":")
	scheme, body, found := strings.Cut(rest, ":")
	kind, scheme = lower(kind), lower(scheme)
	if !found {
		return nil, "", refuse("not an EPC URN")
	}
	if form, plainURN := ownURNs[scheme]; plainURN && kind == "id" {
		body = upperEscapes(body)
		if !form.MatchString(body) {
			return nil, "", refuse("not of the form of %s", scheme)
		}
		return nil, "urn:epc:id:" + scheme + ":" + body, nil
	}
	fields := strings.Split(body, ".")
	make, known := linked[kind+":"+scheme]
	if kind == "idpat" {
		make, known = linked["id:"+scheme]
	}
	if !known || len(fields) < make.fields {
		return nil, "", refuse("not an EPC URN that names one thing or class")
	}
	// The last field may hold dots.
	fields = append(fields[:make.fields-1:make.fields-1], strings.Join(fields[make.fields-1:], "."))
	if kind == "idpat" {
		if fields[make.fields-1] != "*" || !patterns[scheme] {
			return nil, "", refuse("a pattern that is not one class")
		}
		fields[make.fields-1] = ""
	}
	for i := range fields {
		plain, valid := unescape(fields[i])
		if !valid {
			return nil, "", refuse("a percent sign that begins no escape")
		}
		fields[i] = plain
	}
	// A company prefix of 12 digits may leave nothing for the reference; what identifies behind it is never empty.
	if fields[len(fields)-1] == "" && kind != "idpat" && scheme != "pgln" {
		return nil, "", refuse("not of the form of %s", scheme)
	}
	if !companyPrefix.MatchString(fields[0]) {
		return nil, "", refuse("no company prefix in %s", scheme)
	}
	read := make.read(fields)
	if read == nil {
		return nil, "", refuse("not of the form of %s", scheme)
	}
	return read, "", nil
}

var companyPrefix = regexp.MustCompile(`^[0-9]{6,12}$`)

var patterns = map[string]bool{
	"sgtin": true, "grai": true, "gdti": true, "sgcn": true, "cpi": true, "itip": true, "upui": true,
}

// Schemes without a Digital Link.
var ownURNs = map[string]*regexp.Regexp{
	"gid":   regexp.MustCompile(`^(?:0|[1-9]\d{0,8})\.(?:0|[1-9]\d{0,7})\.(?:0|[1-9]\d{0,10})$`),
	"usdod": regexp.MustCompile(`^[0-9A-HJ-NP-Z]{5,6}\.(?:0|[1-9]\d{0,10})$`),
	"adi":   regexp.MustCompile(`^[0-9A-HJ-NP-Z]{5,6}\.(?:[A-Z0-9\-]|%2F){0,32}\.(?:%23)?(?:[A-Z0-9\-]|%2F){1,30}$`),
	"bic":   regexp.MustCompile(`^[A-Z]{3}[JUZ][0-9]{7}$`),
	"imovn": regexp.MustCompile(`^[0-9]{7}$`),
}

func upperEscapes(text string) string {
	out := []byte(text)
	for i := 0; i+2 < len(out); i++ {
		if out[i] == '%' {
			copy(out[i:i+3], strings.ToUpper(string(out[i:i+3])))
		}
	}
	return string(out)
}

type maker struct {
	fields int
	read   func(fields []string) *identifier
}

// digitsOf joins digits that must have a length together, with the check digit behind them.
func digitsOf(length int, texts ...string) (string, bool) {
	joined := strings.Join(texts, "")
	if len(joined) != length {
		return "", false
	}
	for i := 0; i < len(joined); i++ {
		if !isDigit(joined[i]) {
			return "", false
		}
	}
	return joined + string(checkDigit(joined)), true
}

// gtinOf moves the indicator, first of the item reference, to the front.
func gtinOf(prefix, item string) (string, bool) {
	if item == "" {
		return "", false
	}
	return digitsOf(13, item[:1], prefix, item[1:])
}

func identifierOf(ai, value string, valid bool, qualifiers ...string) *identifier {
	if !valid {
		return nil
	}
	read, valid := newIdentifier(findKey(ai), value)
	if !valid {
		return nil
	}
	for i := 0; i < len(qualifiers); i += 2 {
		if qualifiers[i+1] != "" && !read.add(qualifiers[i], qualifiers[i+1]) {
			return nil
		}
	}
	return read
}

var linked = map[string]maker{
	"id:sgtin":    {3, func(f []string) *identifier { return trade(f, "01", "21") }},
	"id:upui":     {3, func(f []string) *identifier { return trade(f, "01", "235") }},
	"class:lgtin": {3, func(f []string) *identifier { return trade(f, "01", "10") }},
	"id:itip": {5, func(f []string) *identifier {
		gtin, valid := gtinOf(f[0], f[1])
		return identifierOf("8006", gtin+f[2]+f[3], valid && len(f[2]) == 2 && len(f[3]) == 2, "21", f[4])
	}},
	"id:sscc": {2, func(f []string) *identifier {
		if f[1] == "" {
			return nil
		}
		value, valid := digitsOf(17, f[1][:1], f[0], f[1][1:])
		return identifierOf("00", value, valid)
	}},
	"id:sgln": {3, func(f []string) *identifier {
		value, valid := digitsOf(12, f[0], f[1])
		return identifierOf("414", value, valid, "254", f[2])
	}},
	"id:pgln": {2, func(f []string) *identifier { return joined(f, 12, "417") }},
	"id:grai": {3, func(f []string) *identifier {
		value, valid := digitsOf(12, f[0], f[1])
		return identifierOf("8003", "0"+value+f[2], valid)
	}},
	"id:gdti": {3, func(f []string) *identifier {
		value, valid := digitsOf(12, f[0], f[1])
		return identifierOf("253", value+f[2], valid)
	}},
	"id:sgcn": {3, func(f []string) *identifier {
		value, valid := digitsOf(12, f[0], f[1])
		return identifierOf("255", value+f[2], valid)
	}},
	"id:gsrn":  {2, func(f []string) *identifier { return joined(f, 17, "8018") }},
	"id:gsrnp": {2, func(f []string) *identifier { return joined(f, 17, "8017") }},
	"id:gsin":  {2, func(f []string) *identifier { return joined(f, 16, "402") }},
	"id:giai":  {2, func(f []string) *identifier { return identifierOf("8004", f[0]+f[1], true) }},
	"id:ginc":  {2, func(f []string) *identifier { return identifierOf("401", f[0]+f[1], true) }},
	"id:cpi":   {3, func(f []string) *identifier { return identifierOf("8010", f[0]+f[1], f[1] != "", "8011", f[2]) }},
}

func trade(fields []string, ai, qualifier string) *identifier {
	gtin, valid := gtinOf(fields[0], fields[1])
	return identifierOf(ai, gtin, valid, qualifier, fields[2])
}

func joined(fields []string, length int, ai string) *identifier {
	value, valid := digitsOf(length, fields[0], fields[1])
	return identifierOf(ai, value, valid)
}
