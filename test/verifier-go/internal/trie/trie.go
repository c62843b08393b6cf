package trie

import (
	"bytes"
	"encoding/binary"

	"golang.org/x/crypto/sha3"

	"cotrace.example/verifier/internal/fault"
)

// Keccak is Keccak-256.
func Keccak(data []byte) []byte {
	hash := sha3.NewLegacyKeccak256()
	hash.Write(data)
	return hash.Sum(nil)
}

// TraceKey is the bytes that name a TraceID's head in the trie.
func TraceKey(traceID string) []byte {
	return append([]byte("t\x00"), traceID...)
}

// StateKey is the bytes that name a key of a domain's state in the trie.
func StateKey(domain, key string) []byte {
	out := binary.BigEndian.AppendUint32([]byte("s\x00"), uint32(len(domain)))
	return append(append(out, domain...), key...)
}

var errNode = fault.New("BAD_TRIE_NODE", "not a node of a trie")

// Nodes are the nodes of a proof for many keys: each once, in the order of first use.
type Nodes struct {
	nodes  [][]byte
	used   int
	byHash map[string][]byte
}

// NewNodes takes the nodes as they come in a proof.
func NewNodes(nodes [][]byte) *Nodes {
	return &Nodes{nodes: nodes, byHash: map[string][]byte{}}
}

// AllUsed says whether every node has been walked over.
func (n *Nodes) AllUsed() bool { return n.used == len(n.nodes) }

// take gives the node with a hash: one that was used, or else the next.
func (n *Nodes) take(hash []byte) ([]byte, error) {
	if node, known := n.byHash[string(hash)]; known {
		return node, nil
	}
	isRoot := n.used == 0
	if n.used == len(n.nodes) && !isRoot {
		return nil, fault.New("PROOF_TOO_SHORT", "a node is missing")
	}
	if isRoot && (len(n.nodes) == 0 || !bytes.Equal(Keccak(n.nodes[0]), hash)) {
		return nil, fault.New("ROOT_MISMATCH", "not the root")
	}
	node := n.nodes[n.used]
	if !bytes.Equal(Keccak(node), hash) {
		return nil, fault.New("BAD_TRIE_NODE", "not the node that is referred to")
	}
	n.used++
	n.byHash[string(hash)] = node
	return node, nil
}

var emptyRoot = Keccak([]byte{0x80})

// Walk gives the value under a key, or nil where the nodes prove that there is none.
func (n *Nodes) Walk(root, key []byte) ([]byte, error) {
	if bytes.Equal(root, emptyRoot) {
		return nil, nil
	}
	node, err := n.take(root)
	if err != nil {
		return nil, err
	}
	path := nibbles(Keccak(key))
	for {
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
			own, leaf, err := compact(items[0])
			if err != nil {
				return nil, err
			}
			if len(own) > len(path) || !bytes.Equal(own, path[:len(own)]) {
				return nil, nil
			}
			if path = path[len(own):]; leaf {
				return leafValue(items[1], path)
			}
			child = items[1]
		default:
			return nil, errNode
		}
		if node, err = n.child(child); node == nil {
			return nil, err
		}
	}
}

func leafValue(value item, rest []byte) ([]byte, error) {
	if value.isList || len(value.payload) == 0 || len(rest) > 0 {
		return nil, errNode
	}
	return value.payload, nil
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
func compact(encoded item) (path []byte, leaf bool, err error) {
	if encoded.isList || len(encoded.payload) == 0 {
		return nil, false, errNode
	}
	all := nibbles(encoded.payload)
	flags := all[0]
	if flags > 3 || flags&1 == 0 && all[1] != 0 {
		return nil, false, errNode
	}
	path = all[2-int(flags&1):]
	if leaf = flags >= 2; !leaf && len(path) == 0 {
		return nil, false, errNode
	}
	return path, leaf, nil
}

func nibbles(data []byte) []byte {
	out := make([]byte, 0, 2*len(data))
	for _, b := range data {
		out = append(out, b>>4, b&15)
	}
	return out
}
