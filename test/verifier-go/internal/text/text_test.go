package text

import (
	"strings"
	"testing"

	"cotrace.example/verifier/internal/fault"
)

func TestParseRefuses(t *testing.T) {
	for input, code := range map[string]string{
		`{"a":1,"\u0061":2}`: "DUPLICATE_MEMBER",
		`"\ud800"`:           "BAD_JSON",
		`"\ud800\u0041"`:     "BAD_JSON",
		`1e400`:              "BAD_JSON",
		`01`:                 "BAD_JSON",
		`[1,]`:               "BAD_JSON",
		"\ufeff1":            "BAD_JSON",
		"\"\xff\"":           "BAD_JSON",
		"\"\t\"":             "BAD_JSON",
		`1 2`:                "BAD_JSON",
		strings.Repeat("[", 102) + strings.Repeat("]", 102): "BAD_JSON",
	} {
		if caught := fault.Catch(func() { Parse(input) }); caught == nil || caught.Code != code {
			t.Errorf("%.40q: %v, not %s", input, caught, code)
		}
	}
	// 101 levels are at depth 0 to 100.
	Parse(strings.Repeat("[", 101) + strings.Repeat("]", 101))
}

// The examples of RFC 8785, appendix B and section 3.2.3.
func TestCanonical(t *testing.T) {
	for input, want := range map[string]string{
		`-0`:                     `0`,
		`1e21`:                   `1e+21`,
		`999999999999999900000`:  `999999999999999900000`,
		`0.000001`:               `0.000001`,
		`1e-7`:                   `1e-7`,
		`5e-324`:                 `5e-324`,
		`333333333.33333329`:     `333333333.3333333`,
		`1e-400`:                 `0`,
		`"\u000f\u000A\u2028\/"`: "\"\\u000f\\n\u2028/\"",
		"{\"\ufb33\":1,\"\U0001f600\":2,\"\u20ac\":3}": "{\"\u20ac\":3,\"\U0001f600\":2,\"\ufb33\":1}",
	} {
		if got := Canonical(Parse(input)); got != want {
			t.Errorf("%s: %s, not %s", input, got, want)
		}
	}
}

type example struct {
	Bytes []byte  `json:"bytes" most:"3"`
	Hex   Hex     `json:"hex"`
	Ratio uint64  `json:"number"`
	Text  string  `json:"text" may:"null" like:"a+"`
	List  []*bool `json:"list" may:"lack" most:"1"`
}

func TestRead(t *testing.T) {
	read := func(input string) *fault.Fault {
		return fault.Catch(func() { Read(Parse(input), &example{}, "BAD") })
	}
	for _, input := range []string{
		`{"bytes":"AQID","hex":"0a","number":"18446744073709551615","text":"aa"}`,
		`{"bytes":"","hex":"","number":"0","text":null,"list":[null]}`,
	} {
		if caught := read(input); caught != nil {
			t.Errorf("%s: %v", input, caught)
		}
	}
	for _, bytes := range []string{"AA==", "A", "AB", "A+", "A\\nA", "AAAAA", "AAAAAA"} {
		if read(`{"bytes":"`+bytes+`","hex":"","number":"0","text":"a"}`) == nil {
			t.Errorf("%q is taken", bytes)
		}
	}
	for _, wrong := range []string{
		`"hex":"0A"`, `"hex":"0"`, `"number":"00"`, `"number":"18446744073709551616"`, `"number":1`, `"text":""`, `"text":"ab"`,
		`"list":[]`, `"list":null`, `"list":[true,true]`, `"list":[1]`, `"":1`, `"bytes":[]`, `"hex":null`,
	} {
		members := Parse(`{"bytes":"","hex":"","number":"0","text":"a"}`).(Object)
		name, value, _ := strings.Cut(wrong, ":")
		members[strings.Trim(name, `"`)] = Parse(value)
		if fault.Catch(func() { Read(members, &example{}, "BAD") }) == nil {
			t.Errorf("%s is taken", wrong)
		}
	}
}
