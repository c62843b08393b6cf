// Package trie walks Merkle Patricia tries along proofs (docs/formats.md, State trie).
package trie

// item is one RLP item: a string, or a list with its items still encoded.
type item struct {
	isList         bool
	payload, whole []byte // whole is with its head
}

// readItem takes one item from the front, in its shortest form only, and gives what is behind it.
func readItem(input []byte) (one item, rest []byte, valid bool) {
	if len(input) == 0 {
		return one, nil, false
	}
	first := int(input[0])
	head, length := 1, first&0x3f
	switch digits := length - 55; {
	case first < 0x80:
		head, length = 0, 1
	case digits > 0:
		if head = 1 + digits; digits > 4 || len(input) < head || input[1] == 0 {
			return one, nil, false
		}
		length = 0
		for _, digit := range input[1:head] {
			length = length<<8 | int(digit)
		}
		if length <= 55 {
			return one, nil, false
		}
	}
	end, isList := head+length, first >= 0xc0
	if len(input) < end || head == 1 && !isList && length == 1 && input[1] < 0x80 {
		return one, nil, false
	}
	return item{isList, input[head:end], input[:end]}, input[end:], true
}

// readNode reads the items of a list that is the whole input: two of an extension or leaf, seventeen of a branch.
func readNode(input []byte) (items []item, valid bool) {
	list, rest, valid := readItem(input)
	if len(rest) > 0 || !list.isList {
		return nil, false
	}
	for rest = list.payload; valid && len(rest) > 0 && len(items) < 17; {
		var next item
		next, rest, valid = readItem(rest)
		items = append(items, next)
	}
	return items, valid && len(rest) == 0
}
