package trie

import (
	"bytes"
	"encoding/binary"

	"golang.org/x/crypto/sha3"

	"cotrace.example/verifier/internal/fault"
)

func keccak(data []byte) []byte {
	hash := sha3.NewLegacyKeccak256()
	hash.Write(data)
	return hash.Sum(nil)
}

// TraceKey is the bytes that name a TraceID's head in the trie.
func TraceKey(traceID string) []byte { return []byte("t\x00" + traceID) }

// StateKey is the bytes that name a key of a domain's state in the trie.
func StateKey(domain, key string) []byte {
	out := binary.BigEndian.AppendUint32([]byte("s\x00"), uint32(len(domain)))
	return append(out, domain+key...)
}

// Nodes are the nodes of a proof for many keys: each once, in the order of first use.
type Nodes struct {
	Rest [][]byte
	used map[string][]byte
}

// take gives the node with a hash: one that was used, or else the next.
func (n *Nodes) take(hash []byte) ([]byte, error) {
	if node, known := n.used[string(hash)]; known {
		return node, nil
	}
	isRoot := n.used == nil
	isNext := len(n.Rest) > 0 && bytes.Equal(keccak(n.Rest[0]), hash)
	switch {
	case isRoot && !isNext:
		return nil, fault.New("ROOT_MISMATCH", "not the root")
	case len(n.Rest) == 0:
		return nil, fault.New("PROOF_TOO_SHORT", "a node is missing")
	case !isNext:
		return nil, errNode
	case isRoot:
		n.used = map[string][]byte{}
	}
	node := n.Rest[0]
	n.used[string(hash)], n.Rest = node, n.Rest[1:]
	return node, nil
}

var emptyRoot = keccak([]byte{0x80})

// Walk gives the value under a key, or nil where the nodes prove that there is none.
func (n *Nodes) Walk(root, key []byte) ([]byte, error) {
	if bytes.Equal(root, emptyRoot) {
		return nil, nil
	}
	node, err := n.take(root)
	for path := nibbles(keccak(key)); err == nil && node != nil; {
		items, err := readList(node)
		if err != nil {
			return nil, err
		}
		var child item
		switch len(items) {
		case 17:
			if items[16].isList || len(items[16].payload) > 0 || len(path) == 0 {
				return nil, errNode
			}
			child, path = items[path[0]], path[1:]
		case 2:
			own, isLeaf, err := compact(items[0])
			if err != nil {
				return nil, err
			}
			if !bytes.HasPrefix(path, own) {
				return nil, nil
			}
			child, path = items[1], path[len(own):]
			if isLeaf && (child.isList || len(child.payload) == 0 || len(path) > 0) {
				return nil, errNode
			}
			if isLeaf {
				return child.payload, nil
			}
		default:
			return nil, errNode
		}
		if node, err = n.child(child); err != nil {
			return nil, err
		}
	}
	return nil, err
}

// child resolves what a node holds for a child: nothing, a node of less than 32 bytes, or the hash of one.
func (n *Nodes) child(reference item) ([]byte, error) {
	switch {
	case reference.isList && len(reference.whole) < 32:
		return reference.whole, nil
	case !reference.isList && len(reference.payload) == 32:
		return n.take(reference.payload)
	case !reference.isList && len(reference.payload) == 0:
		return nil, nil
	}
	return nil, errNode
}

// compact undoes the hex-prefix encoding of a path.
func compact(encoded item) (path []byte, isLeaf bool, err error) {
	if encoded.isList || len(encoded.payload) == 0 {
		return nil, false, errNode
	}
	all := nibbles(encoded.payload)
	flags := all[0]
	if flags > 3 || flags&1 == 0 && all[1] != 0 {
		return nil, false, errNode
	}
	path, isLeaf = all[2-int(flags&1):], flags >= 2
	if !isLeaf && len(path) == 0 {
		return nil, false, errNode
	}
	return path, isLeaf, nil
}

func nibbles(data []byte) []byte {
	var out []byte
	for _, b := range data {
		out = append(out, b>>4, b&15)
	}
	return out
}
