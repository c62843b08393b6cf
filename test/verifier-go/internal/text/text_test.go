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
		if _, err := Parse(input); err == nil || fault.CodeOf(err) != code {
			t.Errorf("%.40q: %v, not %s", input, err, code)
		}
	}
	if _, err := Parse(strings.Repeat("[", 101) + strings.Repeat("]", 101)); err != nil {
		t.Errorf("101 levels are at depth 0 to 100: %v", err)
	}
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
		value, err := Parse(input)
		if err != nil {
			t.Fatal(input, err)
		}
		if got, err := Canonical(value); err != nil || got != want {
			t.Errorf("%s: %s, not %s (%v)", input, got, want, err)
		}
	}
}

func TestBase64(t *testing.T) {
	for _, input := range []string{"AA==", "A", "AB", "A+", "A\nA", "AAAAA"} {
		if _, err := fromBase64(input); err == nil {
			t.Errorf("%q is taken", input)
		}
	}
	if bytes, err := fromBase64("AQID"); err != nil || string(bytes) != "\x01\x02\x03" {
		t.Error(bytes, err)
	}
}
