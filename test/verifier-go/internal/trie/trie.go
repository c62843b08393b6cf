package trie

import (
	"bytes"

	"golang.org/x/crypto/sha3"

	"cotrace.example/verifier/internal/fault"
	"cotrace.example/verifier/internal/wire"
)

func keccak(data []byte) []byte {
	hash := sha3.NewLegacyKeccak256()
	hash.Write(data)
	return hash.Sum(nil)
}

// TraceKey is the bytes that name a TraceID's head in the trie.
func TraceKey(traceID string) []byte { return []byte("t\x00" + traceID) }

// StateKey is the bytes that name a key of a domain's state in the trie.
func StateKey(domain, key string) []byte { return wire.Bytes([]byte("s\x00"), domain, []byte(key)) }

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

// follow goes on from the node with a hash: one that was used, or else the next.
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
	flags := own[0]
	isLeaf, isOdd := flags&2 != 0, flags&1 != 0
	check(flags <= 3 && (isOdd || own[1] == 0))
	if own = own[1:]; !isOdd {
		own = own[1:]
	}
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

// child goes on with what a node holds for a child: nothing, a node of less than 32 bytes, or the hash of one.
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
