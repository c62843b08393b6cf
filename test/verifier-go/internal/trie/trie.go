// Package trie walks Merkle Patricia tries along proofs (docs/formats.md, State trie).
package trie

import (
	"bytes"

	"golang.org/x/crypto/sha3"

	"cotrace.example/verifier/internal/fault"
)

func keccak(data []byte) []byte {
	hash := sha3.NewLegacyKeccak256()
	hash.Write(data)
	return hash.Sum(nil)
}

// Nodes are the nodes of a proof for many keys: each once, in the order of first use.
type Nodes struct {
	Rest [][]byte
	used map[string][]byte
}

// check refuses what is not a node of a trie in shortest RLP.
func check(isNode bool) {
	fault.Unless(isNode, "BAD_TRIE_NODE", "not the node that is referred to, or of its form")
}

var emptyRoot = keccak([]byte{0x80})

// Walk gives the value under a key, or nil where the nodes prove that there is none.
func (n *Nodes) Walk(root, key []byte) []byte {
	if bytes.Equal(root, emptyRoot) {
		return nil
	}
	return n.follow(root, nibbles(keccak(key)))
}

// follow continues from the node with a hash: one that was used, or else the next.
func (n *Nodes) follow(hash, path []byte) []byte {
	node, isKnown := n.used[string(hash)]
	if !isKnown {
		isNext := len(n.Rest) > 0 && bytes.Equal(keccak(n.Rest[0]), hash)
		fault.Unless(isNext || n.used != nil, "ROOT_MISMATCH", "not the root")
		fault.Unless(len(n.Rest) > 0, "PROOF_TOO_SHORT", "a node is missing")
		check(isNext)
		if n.used == nil {
			n.used = map[string][]byte{}
		}
		node = n.Rest[0]
		n.used[string(hash)], n.Rest = node, n.Rest[1:]
	}
	return n.read(node, path)
}

// read gives what is below a node.
func (n *Nodes) read(node, path []byte) []byte {
	items := readNode(node)
	if len(items) == 17 {
		check(!items[16].isList && len(items[16].payload) == 0 && len(path) > 0)
		return n.child(items[path[0]], path[1:])
	}
	check(len(items) == 2 && !items[0].isList && len(items[0].payload) > 0)
	// Hex-prefix encoding: 2 says that it is a leaf, 1 that the path is odd; of an even one the second nibble is zero.
	own, below := nibbles(items[0].payload), items[1]
	isLeaf, isOdd := own[0]&2 != 0, own[0]&1
	check(own[0] <= 3 && (isOdd == 1 || own[1] == 0))
	own = own[2-isOdd:]
	check(isLeaf || len(own) > 0)
	rest, isBelow := bytes.CutPrefix(path, own)
	switch {
	case !isBelow:
		return nil
	case !isLeaf:
		return n.child(below, rest)
	}
	check(!below.isList && len(below.payload) > 0 && len(rest) == 0)
	return below.payload
}

// child continues with what a node holds for a child: nothing, a node of less than 32 bytes, or the hash of one.
func (n *Nodes) child(reference item, path []byte) []byte {
	if reference.isList {
		check(len(reference.whole) < 32)
		return n.read(reference.whole, path)
	}
	if len(reference.payload) == 0 {
		return nil
	}
	check(len(reference.payload) == 32)
	return n.follow(reference.payload, path)
}

func nibbles(data []byte) (out []byte) {
	for _, b := range data {
		out = append(out, b>>4, b&15)
	}
	return out
}

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
