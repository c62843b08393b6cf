// Package text reads and writes the text forms of docs/formats.md.
package text

import (
	"encoding/json"
	"math"
	"regexp"
	"strconv"
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
	twice *string // a member that is named twice; told where all else is JSON
}

// Parse reads JSON from others: RFC 8259 in UTF-8, without members named twice, lone surrogates, numbers beyond a double,
// large objects and deep nesting. Values are nil, bool, float64, string, []any and Object.
func Parse(input string) (any, error) {
	if !utf8.ValidString(input) || !json.Valid([]byte(input)) || hasLoneSurrogate(input) {
		return nil, fault.New("BAD_JSON", "not JSON in UTF-8")
	}
	p := &parser{Decoder: json.NewDecoder(strings.NewReader(input))}
	p.UseNumber()
	value, err := p.value(0)
	if err == nil && p.twice != nil {
		err = fault.New("DUPLICATE_MEMBER", "member %q twice", *p.twice)
	}
	return value, err
}

// An escape: a pair of surrogates, a lone one (the group), or any other.
var escapes = regexp.MustCompile(`(?i)\\u(?:d[89ab]..\\ud[c-f]..|(d[89a-f]..))|\\.`)

func hasLoneSurrogate(input string) bool {
	for _, match := range escapes.FindAllStringSubmatchIndex(input, -1) {
		if match[2] >= 0 {
			return true
		}
	}
	return false
}

// value takes the next value of an input that is valid JSON.
func (p *parser) value(depth int) (any, error) {
	if depth > maxDepth {
		return nil, fault.New("BAD_JSON", "nesting too deep")
	}
	token, err := p.Token()
	if err != nil {
		return nil, err
	}
	switch token := token.(type) {
	case json.Number:
		number, _ := strconv.ParseFloat(string(token), 64)
		if math.IsInf(number, 0) {
			return nil, fault.New("BAD_JSON", "a number beyond a double")
		}
		return number, nil
	case json.Delim:
		if token == '{' {
			return p.object(depth)
		}
		list := []any{}
		for p.More() {
			item, err := p.value(depth + 1)
			if err != nil {
				return nil, err
			}
			list = append(list, item)
		}
		_, err = p.Token()
		return list, err
	}
	return token, nil
}

func (p *parser) object(depth int) (any, error) {
	object := Object{}
	for p.More() {
		token, err := p.Token()
		if err != nil {
			return nil, err
		}
		name, _ := token.(string)
		if _, twice := object[name]; twice {
			p.twice = &name
		}
		if len(object) == maxMembers {
			return nil, fault.New("BAD_JSON", "too many members")
		}
		if object[name], err = p.value(depth + 1); err != nil {
			return nil, err
		}
	}
	_, err := p.Token()
	return object, err
}
