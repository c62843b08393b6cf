// Package trie walks Merkle Patricia tries along proofs (docs/formats.md, State trie).
package trie

import "cotrace.example/verifier/internal/fault"

var errNode = fault.New("BAD_TRIE_NODE", "not a node of a trie in shortest RLP")

// item is one RLP item: a string, or a list with its items still encoded.
type item struct {
	isList         bool
	payload, whole []byte // whole is with its head
}

// readItem takes one item from the front, in its shortest form only, and gives what is behind it.
func readItem(input []byte) (one item, rest []byte, err error) {
	if len(input) == 0 {
		return one, nil, errNode
	}
	first := int(input[0])
	if first < 0x80 {
		return item{payload: input[:1], whole: input[:1]}, input[1:], nil
	}
	head, length := 1, first&0x3f
	if digits := length - 55; digits > 0 {
		head, length = 1+digits, 0
		if len(input) < head || input[1] == 0 || digits > 4 {
			return one, nil, errNode
		}
		for _, digit := range input[1:head] {
			length = length<<8 | int(digit)
		}
		if length <= 55 {
			return one, nil, errNode
		}
	}
	end := head + length
	if len(input) < end || first < 0xc0 && length == 1 && input[head] < 0x80 {
		return one, nil, errNode
	}
	return item{first >= 0xc0, input[head:end], input[:end]}, input[end:], nil
}

// readList reads the items of a list that is the whole input.
func readList(input []byte) (items []item, err error) {
	list, rest, err := readItem(input)
	if err != nil || len(rest) > 0 || !list.isList {
		return nil, errNode
	}
	for rest = list.payload; len(rest) > 0 && len(items) <= 17; {
		var next item
		if next, rest, err = readItem(rest); err != nil {
			return nil, err
		}
		items = append(items, next)
	}
	return items, nil
}
