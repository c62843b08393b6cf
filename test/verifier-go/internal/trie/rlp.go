// Package trie walks Merkle Patricia tries along proofs (docs/formats.md, State trie).
package trie

import "cotrace.example/verifier/internal/fault"

var errRLP = fault.New("BAD_TRIE_NODE", "not the shortest RLP")

// item is one RLP item: a string, or a list with its items still encoded.
type item struct {
	isList  bool
	payload []byte
	whole   []byte // with its head
}

// readItem takes one item from the front, in its shortest form only, and gives what is behind it.
func readItem(input []byte) (item, []byte, error) {
	if len(input) == 0 {
		return item{}, nil, errRLP
	}
	first := int(input[0])
	if first < 0x80 {
		return item{payload: input[:1], whole: input[:1]}, input[1:], nil
	}
	isList := first >= 0xc0
	short := (first & 0x3f)
	head, length := 1, short
	if short > 55 {
		digits := short - 55
		if len(input) < 1+digits || input[1] == 0 || digits > 4 {
			return item{}, nil, errRLP
		}
		head, length = 1+digits, 0
		for _, digit := range input[1:head] {
			length = length<<8 | int(digit)
		}
		if length <= 55 {
			return item{}, nil, errRLP
		}
	}
	if len(input)-head < length {
		return item{}, nil, errRLP
	}
	payload := input[head : head+length]
	if !isList && length == 1 && payload[0] < 0x80 {
		return item{}, nil, errRLP
	}
	return item{isList, payload, input[:head+length]}, input[head+length:], nil
}

// readList reads the items of a list that is the whole input.
func readList(input []byte) ([]item, error) {
	list, rest, err := readItem(input)
	if err != nil || len(rest) > 0 || !list.isList {
		return nil, errRLP
	}
	var items []item
	for rest := list.payload; len(rest) > 0; {
		var next item
		if next, rest, err = readItem(rest); err != nil {
			return nil, err
		}
		items = append(items, next)
		if len(items) > 17 {
			return nil, errRLP
		}
	}
	return items, nil
}
