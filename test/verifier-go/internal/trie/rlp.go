// Package trie walks Merkle Patricia tries along proofs (docs/formats.md, State trie).
package trie

// item is one RLP item: a string, or a list with its items still encoded.
type item struct {
	isList         bool
	payload, whole []byte // whole is with its head
}

// readItem takes one item from the front, in its shortest form only, and gives what is behind it.
func readItem(input []byte) (one item, rest []byte) {
	check(len(input) > 0)
	first := int(input[0])
	head, length := 1, first&0x3f
	switch digits := length - 55; {
	case first < 0x80:
		head, length = 0, 1
	case digits > 0:
		head, length = 1+digits, 0
		check(digits <= 4 && len(input) >= head && input[1] != 0)
		for _, digit := range input[1:head] {
			length = length<<8 | int(digit)
		}
		check(length > 55)
	}
	end, isList := head+length, first >= 0xc0
	check(len(input) >= end && (head != 1 || isList || length != 1 || input[1] >= 0x80))
	return item{isList, input[head:end], input[:end]}, input[end:]
}

// readNode reads the items of a list that is the whole input.
func readNode(input []byte) (items []item) {
	list, rest := readItem(input)
	check(len(rest) == 0 && list.isList)
	for rest = list.payload; len(rest) > 0; {
		var next item
		next, rest = readItem(rest)
		items = append(items, next)
		check(len(items) <= 17)
	}
	return items
}
