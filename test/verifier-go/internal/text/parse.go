// Package text reads and writes the text forms of docs/formats.md.
package text

import (
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
	isTwice bool // a member is named twice, which is told where all else is JSON
}

// Escapes, surrogates only in pairs.
var goodEscapes = regexp.MustCompile(`(?i)\\(?:[^u]|u[^d]|ud[0-7]|ud[89ab]..\\ud[c-f])`)

// Parse reads JSON from others: RFC 8259 in UTF-8, without members named twice, lone surrogates, numbers beyond a double,
// large objects and deep nesting. Values are nil, bool, float64, string, []any and Object.
func Parse(input string) any {
	// Without its good escapes a text has no backslash.
	isLone := strings.Contains(goodEscapes.ReplaceAllString(input, ""), `\`)
	isJSON := utf8.ValidString(input) && json.Valid([]byte(input)) && !isLone
	fault.Unless(isJSON, "BAD_JSON", "not JSON in UTF-8")
	p := &parser{Decoder: json.NewDecoder(strings.NewReader(input))}
	value := p.value(0)
	fault.Unless(!p.isTwice, "DUPLICATE_MEMBER", "a member twice")
	return value
}

func (p *parser) token() json.Token {
	token, err := p.Token()
	fault.Unless(err == nil, "BAD_JSON", "%v", err)
	return token
}

// value takes the next value of an input that is valid JSON.
func (p *parser) value(depth int) any {
	fault.Unless(depth <= maxDepth, "BAD_JSON", "nesting too deep")
	token := p.token()
	switch token {
	case json.Delim('['):
		list := []any{}
		for p.More() {
			list = append(list, p.value(depth+1))
		}
		p.token()
		return list
	case json.Delim('{'):
		object := Object{}
		for p.More() {
			name, _ := p.token().(string)
			if _, twice := object[name]; twice {
				p.isTwice = true
			}
			object[name] = p.value(depth + 1)
			fault.Unless(len(object) <= maxMembers, "BAD_JSON", "too many members")
		}
		p.token()
		return object
	}
	return token
}
