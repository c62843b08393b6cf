package events

import (
	"bytes"
	"cmp"
	"maps"
	"slices"

	"cotrace.example/verifier/internal/fault"
)

// Shown is an event of a tree: open, with its leaf, or hidden, with the leaf's hash alone.
type Shown struct {
	Index uint32
	Hash  []byte
	Leaf  *Leaf
}

// CheckTree checks that events are where one tree of a head has them, for one TraceID.
func CheckTree(head []Tree, mspID, traceID string, shown []Shown, path []byte) error {
	t := find(head, mspID)
	if t == nil {
		return fault.New("NO_TREE", "the head has no tree of %q", mspID)
	}
	nodes, isOrdered, isRising := map[uint64][]byte{}, true, true
	var last *Leaf
	for i, event := range shown {
		nodes[uint64(event.Index)] = event.Hash
		isRising = isRising && event.Index < t.Count && (i == 0 || event.Index > shown[i-1].Index)
		leaf := event.Leaf
		if leaf == nil {
			continue
		}
		toEnd := cmp.Or(cmp.Compare(leaf.Block, t.LastBlock), cmp.Compare(leaf.TxNum, t.LastTx))
		switch {
		case leaf.TraceID != traceID:
			return fault.New("WRONG_TRACE", "an event of another trace")
		case cmp.Or(find(head, leaf.MspID), find(head, "")) != t:
			return fault.New("WRONG_ORGANISATION", "an event of another organisation")
		case toEnd > 0 || event.Index == t.Count-1 && toEnd < 0:
			return fault.New("EVENT_ORDER", "an event is beyond the last place, or the last is not there")
		}
		isOrdered = isOrdered && (last == nil || Compare(last, leaf) < 0)
		last = leaf
	}
	if !isOrdered {
		return fault.New("EVENT_ORDER", "events do not rise")
	}
	if !isRising {
		return fault.New("BAD_LEAF_INDEX", "indices do not rise below the count")
	}
	root, isWhole := fold(nodes, uint64(t.Count), path)
	if !isWhole {
		return fault.New("BAD_PROOF_LENGTH", "a path of another length")
	}
	if len(shown) > 0 && !bytes.Equal(root, t.root()) {
		return fault.New("ROOT_MISMATCH", "the events are not those of the tree")
	}
	return nil
}

// fold gives the root that nodes, by their places in the lowest level, and a multiproof lead to, and whether the multiproof
// has as many hashes as they need. It goes level by level: of each node known the neighbour that is not is next.
func fold(nodes map[uint64][]byte, size uint64, path []byte) (root []byte, isWhole bool) {
	for ; size > 1 && len(nodes) > 0; size = (size + 1) / 2 {
		above := map[uint64][]byte{}
		for _, at := range slices.Sorted(maps.Keys(nodes)) {
			beside, isKnown := nodes[at^1]
			if at^1 >= size {
				above[at/2] = nodes[at]
				continue
			}
			if !isKnown && len(path) < 32 {
				return nil, false
			}
			if !isKnown {
				beside, path = path[:32], path[32:]
			}
			if above[at/2] = nodeHash(nodes[at], beside); at%2 == 1 {
				above[at/2] = nodeHash(beside, nodes[at])
			}
		}
		nodes = above
	}
	return nodes[0], len(path) == 0
}
