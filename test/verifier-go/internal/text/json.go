// Package text reads and writes the text forms of docs/formats.md.
package text

import (
	"math"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"

	"cotrace.example/verifier/internal/fault"
)

const (
	maxDepth   = 100
	maxMembers = 10_000
)

// Object is a JSON object; its members have no order that counts.
type Object map[string]any

type parser struct {
	input string
	at    int
	twice string // a member that is named twice; told where all else is JSON
	found bool
}

// Parse reads JSON from others: RFC 8259 in UTF-8, without members named twice, lone surrogates, numbers beyond a double,
// large objects and deep nesting. Values are nil, bool, float64, string, []any and Object.
func Parse(input string) (any, error) {
	p := &parser{input: input}
	p.space()
	value, err := p.value(0)
	if err != nil {
		return nil, err
	}
	p.space()
	if p.at < len(p.input) {
		return nil, p.fail("text after the value")
	}
	if p.found {
		return nil, fault.New("DUPLICATE_MEMBER", "member %q twice", p.twice)
	}
	return value, nil
}

func (p *parser) fail(what string) error {
	return fault.New("BAD_JSON", "%s at byte %d", what, p.at)
}

func (p *parser) space() {
	for p.at < len(p.input) {
		switch p.input[p.at] {
		case ' ', '\t', '\n', '\r':
			p.at++
		default:
			return
		}
	}
}

func (p *parser) peek() byte {
	if p.at < len(p.input) {
		return p.input[p.at]
	}
	return 0
}

func (p *parser) value(depth int) (any, error) {
	if depth > maxDepth {
		return nil, p.fail("nesting too deep")
	}
	switch c := p.peek(); {
	case c == '{':
		return p.object(depth)
	case c == '[':
		return p.array(depth)
	case c == '"':
		return p.text()
	case c == '-' || isDigit(c):
		return p.number()
	}
	for word, value := range map[string]any{"true": true, "false": false, "null": nil} {
		if len(p.input)-p.at >= len(word) && p.input[p.at:p.at+len(word)] == word {
			p.at += len(word)
			return value, nil
		}
	}
	return nil, p.fail("no value")
}

func (p *parser) object(depth int) (any, error) {
	object := Object{}
	p.at++
	p.space()
	if p.peek() == '}' {
		p.at++
		return object, nil
	}
	for {
		p.space()
		if p.peek() != '"' {
			return nil, p.fail("no name of a member")
		}
		name, err := p.text()
		if err != nil {
			return nil, err
		}
		if _, twice := object[name]; twice {
			p.twice, p.found = name, true
		}
		if len(object) == maxMembers {
			return nil, p.fail("too many members")
		}
		p.space()
		if p.peek() != ':' {
			return nil, p.fail("no colon")
		}
		p.at++
		p.space()
		if object[name], err = p.value(depth + 1); err != nil {
			return nil, err
		}
		done, err := p.next('}')
		if done || err != nil {
			return object, err
		}
	}
}

func (p *parser) array(depth int) (any, error) {
	array := []any{}
	p.at++
	p.space()
	if p.peek() == ']' {
		p.at++
		return array, nil
	}
	for {
		p.space()
		item, err := p.value(depth + 1)
		if err != nil {
			return nil, err
		}
		array = append(array, item)
		done, err := p.next(']')
		if done || err != nil {
			return array, err
		}
	}
}

// next takes the comma between two items, or the bracket behind the last.
func (p *parser) next(end byte) (done bool, err error) {
	p.space()
	switch p.peek() {
	case ',':
		p.at++
		return false, nil
	case end:
		p.at++
		return true, nil
	}
	return false, p.fail("no comma")
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func (p *parser) digits() bool {
	start := p.at
	for isDigit(p.peek()) {
		p.at++
	}
	return p.at > start
}

func (p *parser) number() (any, error) {
	start := p.at
	if p.peek() == '-' {
		p.at++
	}
	if p.peek() == '0' {
		p.at++
	} else if !p.digits() {
		return nil, p.fail("not a number")
	}
	if p.peek() == '.' {
		p.at++
		if !p.digits() {
			return nil, p.fail("not a number")
		}
	}
	if c := p.peek(); c == 'e' || c == 'E' {
		p.at++
		if c := p.peek(); c == '+' || c == '-' {
			p.at++
		}
		if !p.digits() {
			return nil, p.fail("not a number")
		}
	}
	number, _ := strconv.ParseFloat(p.input[start:p.at], 64)
	if math.IsInf(number, 0) {
		return nil, p.fail("a number beyond a double")
	}
	return number, nil
}

func (p *parser) text() (string, error) {
	var out []byte
	p.at++
	for p.at < len(p.input) {
		c := p.input[p.at]
		switch {
		case c == '"':
			p.at++
			return string(out), nil
		case c < 0x20:
			return "", p.fail("a control character")
		case c == '\\':
			char, err := p.escape()
			if err != nil {
				return "", err
			}
			out = utf8.AppendRune(out, char)
		default:
			char, size := utf8.DecodeRuneInString(p.input[p.at:])
			if char == utf8.RuneError && size == 1 {
				return "", p.fail("not UTF-8")
			}
			out = append(out, p.input[p.at:p.at+size]...)
			p.at += size
		}
	}
	return "", p.fail("a text without end")
}

var escapes = map[byte]rune{'"': '"', '\\': '\\', '/': '/', 'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t'}

func (p *parser) escape() (rune, error) {
	p.at++
	c := p.peek()
	if char, known := escapes[c]; known {
		p.at++
		return char, nil
	}
	if c != 'u' {
		return 0, p.fail("an unknown escape")
	}
	char, err := p.unit()
	if err != nil || !utf16.IsSurrogate(char) {
		return char, err
	}
	if p.peek() != '\\' || p.at+1 >= len(p.input) || p.input[p.at+1] != 'u' {
		return 0, p.fail("a lone surrogate")
	}
	p.at++
	low, err := p.unit()
	if err != nil {
		return 0, err
	}
	pair := utf16.DecodeRune(char, low)
	if pair == utf8.RuneError {
		return 0, p.fail("a lone surrogate")
	}
	return pair, nil
}

// unit reads the `u` of an escape and four hexadecimal digits.
func (p *parser) unit() (rune, error) {
	p.at++
	if p.at+4 > len(p.input) {
		return 0, p.fail("an escape without end")
	}
	unit, err := strconv.ParseUint(p.input[p.at:p.at+4], 16, 16)
	if err != nil {
		return 0, p.fail("not a hexadecimal escape")
	}
	p.at += 4
	return rune(unit), nil
}
