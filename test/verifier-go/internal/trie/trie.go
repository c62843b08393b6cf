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

var (
	errNode   = fault.New("BAD_TRIE_NODE", "not a node of a trie in shortest RLP")
	emptyRoot = keccak([]byte{0x80})
)

// Walk gives the value under a key, or nil where the nodes prove that there is none.
func (n *Nodes) Walk(root, key []byte) ([]byte, error) {
	if bytes.Equal(root, emptyRoot) {
		return nil, nil
	}
	return n.follow(root, nibbles(keccak(key)))
}

// follow goes on from the node with a hash: one that was used, or else the next.
func (n *Nodes) follow(hash, path []byte) ([]byte, error) {
	node, isKnown := n.used[string(hash)]
	if !isKnown {
		isNext := len(n.Rest) > 0 && bytes.Equal(keccak(n.Rest[0]), hash)
		switch {
		case n.used == nil && !isNext:
			return nil, fault.New("ROOT_MISMATCH", "not the root")
		case len(n.Rest) == 0:
			return nil, fault.New("PROOF_TOO_SHORT", "a node is missing")
		case !isNext:
			return nil, errNode
		case n.used == nil:
			n.used = map[string][]byte{}
		}
		node = n.Rest[0]
		n.used[string(hash)], n.Rest = node, n.Rest[1:]
	}
	return n.read(node, path)
}

// read gives what is below a node.
func (n *Nodes) read(node, path []byte) ([]byte, error) {
	items, valid := readNode(node)
	switch {
	case valid && len(items) == 17 && !items[16].isList && len(items[16].payload) == 0 && len(path) > 0:
		return n.child(items[path[0]], path[1:])
	case !valid || len(items) != 2 || items[0].isList || len(items[0].payload) == 0:
		return nil, errNode
	}
	// Hex-prefix encoding: 2 says that it is a leaf, 1 that the path is odd; of an even one the second nibble is zero.
	own, below := nibbles(items[0].payload), items[1]
	flags := own[0]
	if flags > 3 || flags&1 == 0 && own[1] != 0 {
		return nil, errNode
	}
	own = own[2-flags&1:]
	rest, isBelow := bytes.CutPrefix(path, own)
	isLeaf := flags >= 2
	switch {
	case !isLeaf && len(own) == 0:
		return nil, errNode
	case !isBelow:
		return nil, nil
	case !isLeaf:
		return n.child(below, rest)
	case below.isList || len(below.payload) == 0 || len(rest) > 0:
		return nil, errNode
	}
	return below.payload, nil
}

// child goes on with what a node holds for a child: nothing, a node of less than 32 bytes, or the hash of one.
func (n *Nodes) child(reference item, path []byte) ([]byte, error) {
	switch {
	case reference.isList && len(reference.whole) < 32:
		return n.read(reference.whole, path)
	case !reference.isList && len(reference.payload) == 32:
		return n.follow(reference.payload, path)
	case !reference.isList && len(reference.payload) == 0:
		return nil, nil
	}
	return nil, errNode
}

func nibbles(data []byte) (out []byte) {
	for _, b := range data {
		out = append(out, b>>4, b&15)
	}
	return out
}
