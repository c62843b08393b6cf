// Package text reads and writes the text forms of docs/formats.md.
package text

import (
	"cmp"
	"encoding/json"
	"regexp"
	"strings"
	"unicode/utf8"

	"cotrace.example/verifier/internal/fault"
)

const (
	maxDepth   = 100
	maxMembers = 10_000
)

// Object is a JSON object; its members have no order that counts.
type Object = map[string]any

type parser struct {
	*json.Decoder
	wrong, twice error // a member that is named twice is told where all else is JSON
}

// Parse reads JSON from others: RFC 8259 in UTF-8, without members named twice, lone surrogates, numbers beyond a double,
// large objects and deep nesting. Values are nil, bool, float64, string, []any and Object.
func Parse(input string) (any, error) {
	// Without its good escapes a text has no backslash.
	isLone := strings.Contains(goodEscapes.ReplaceAllString(input, ""), `\`)
	if !utf8.ValidString(input) || !json.Valid([]byte(input)) || isLone {
		return nil, fault.New("BAD_JSON", "not JSON in UTF-8")
	}
	p := &parser{Decoder: json.NewDecoder(strings.NewReader(input))}
	value := p.value(0)
	return value, cmp.Or(p.wrong, p.twice)
}

// Escapes, surrogates only in pairs.
var goodEscapes = regexp.MustCompile(`(?i)\\(?:[^u]|u[^d]|ud[0-7]|ud[89ab]..\\ud[c-f])`)

// refuse keeps the first thing that is wrong.
func (p *parser) refuse(format string, arguments ...any) {
	p.wrong = cmp.Or(p.wrong, fault.New("BAD_JSON", format, arguments...))
}

func (p *parser) token() json.Token {
	token, err := p.Token()
	if err != nil {
		p.refuse("%v", err)
	}
	return token
}

// value takes the next value of an input that is valid JSON.
func (p *parser) value(depth int) any {
	if depth > maxDepth {
		p.refuse("nesting too deep")
	}
	token := p.token()
	switch token {
	case json.Delim('['):
		list := []any{}
		for p.wrong == nil && p.More() {
			list = append(list, p.value(depth+1))
		}
		p.token()
		return list
	case json.Delim('{'):
		object := Object{}
		for p.wrong == nil && p.More() {
			name, _ := p.token().(string)
			if _, twice := object[name]; twice {
				p.twice = fault.New("DUPLICATE_MEMBER", "member %q twice", name)
			}
			if object[name] = p.value(depth + 1); len(object) > maxMembers {
				p.refuse("too many members")
			}
		}
		p.token()
		return object
	}
	return token
}
