package traceid

import (
	"testing"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// The format says Unicode 15.0, whatever Go and its modules come to know.
func TestUnicode(t *testing.T) {
	if unicode.Version != "15.0.0" || norm.Version != "15.0.0" {
		t.Fatalf("tables of Unicode %s and %s", unicode.Version, norm.Version)
	}
}

func TestNatures(t *testing.T) {
	for traceID, nature := range map[string]string{
		"https://id.gs1.org/01/09521234000884":          Class,
		"https://id.gs1.org/01/09521234000884/10/A":     Lot,
		"https://id.gs1.org/01/09521234000884/21/A":     Instance,
		"https://id.gs1.org/8003/09521234005568":        Class,
		"https://id.gs1.org/8003/09521234005568A":       Instance,
		"urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6": Instance,
		"a crate": Instance,
	} {
		if got := NatureOf(traceID); got != nature {
			t.Errorf("%s: %s, not %s", traceID, got, nature)
		}
	}
	for _, alias := range []string{
		"http://id.gs1.org/01/09521234000884", "https://id.gs1.org/01/09521234000884/", "https://id.gs1.org/./01/09521234000884",
		"https://id.gs1.org/%30%31/09521234000884", "https://id.gs1.org//01/09521234000884", `https:\\id.gs1.org\01\09521234000884`,
		"https:id.gs1.org/01/09521234000884", "https://id.gs1.org/x/../01/09521234000884", "https://id.gs1.org/%67tin/09521234000884",
		"urn:epc:tag:sgtin-96:3.9521234.000088.4", " a", "e\u0301", "a\u3164", "", "\xff",
	} {
		if nature := NatureOf(alias); nature != "" {
			t.Errorf("%q is taken for canonical, a %s", alias, nature)
		}
	}
}
