package events

import (
	"bytes"
	"cmp"
	"maps"
	"math/bits"
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
func CheckTree(head []Tree, mspID, traceID string, shown []Shown, path []byte) {
	t := find(head, mspID)
	fault.Unless(t != nil, "NO_TREE", "the head has no tree of %q", mspID)
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
		isItsOwn := cmp.Or(find(head, leaf.MspID), find(head, "")) == t
		fault.Unless(leaf.TraceID == traceID, "WRONG_TRACE", "an event of another trace")
		fault.Unless(isItsOwn, "WRONG_ORGANISATION", "an event of another organisation")
		fault.Unless(toEnd <= 0, "EVENT_ORDER", "an event is beyond the last place")
		fault.Unless(toEnd == 0 || event.Index != t.Count-1, "EVENT_ORDER", "the last event is not at the last place")
		isOrdered = isOrdered && (last == nil || Compare(last, leaf) < 0)
		last = leaf
	}
	fault.Unless(isOrdered, "EVENT_ORDER", "events do not rise")
	fault.Unless(isRising, "BAD_LEAF_INDEX", "indices do not rise below the count")
	root := fold(nodes, uint64(t.Count), path)
	isSame := len(shown) == 0 || bytes.Equal(root, t.root())
	fault.Unless(isSame, "ROOT_MISMATCH", "the events are not those of the tree")
}

// fold gives the root that nodes, by their places in the lowest level, and a multiproof lead to. It goes level by level: of
// each node known the neighbour that is not is next.
func fold(nodes map[uint64][]byte, size uint64, path []byte) []byte {
	for ; size > 1 && len(nodes) > 0; size = (size + 1) / 2 {
		above := map[uint64][]byte{}
		for _, at := range slices.Sorted(maps.Keys(nodes)) {
			beside, isKnown := nodes[at^1]
			if at^1 >= size {
				above[at/2] = nodes[at]
				continue
			}
			if !isKnown {
				fault.Unless(len(path) >= 32, "BAD_PROOF_LENGTH", "a path that is too short")
				beside, path = path[:32], path[32:]
			}
			if above[at/2] = nodeHash(nodes[at], beside); at%2 == 1 {
				above[at/2] = nodeHash(beside, nodes[at])
			}
		}
		nodes = above
	}
	fault.Unless(len(path) == 0, "BAD_PROOF_LENGTH", "a path that is too long")
	return nodes[0]
}

// span is which events of a tree a node is over.
type span struct{ begin, end uint64 }

// spans of the peaks of a tree.
func (t *Tree) spans() map[span][]byte {
	spans, begin := map[span][]byte{}, uint64(0)
	for _, peak := range t.Peaks {
		end := begin + 1<<(bits.Len64(uint64(t.Count)-begin)-1)
		spans[span{begin, end}] = peak
		begin = end
	}
	return spans
}

// CheckGrowth checks that a newer head extends an older one.
func CheckGrowth(older, newer []Tree, proof []byte) {
	for _, tree := range older {
		after := find(newer, tree.MspID)
		isThere := after != nil && after.Count >= tree.Count
		fault.Unless(isThere, "HEAD_ROLLED_BACK", "the tree of %q is gone or shorter", tree.MspID)
	}
	for _, tree := range older {
		after := find(newer, tree.MspID)
		moved := cmp.Or(cmp.Compare(after.LastBlock, tree.LastBlock), cmp.Compare(after.LastTx, tree.LastTx))
		isKept, peaks := moved == 0 || moved > 0 && after.Count > tree.Count, after.spans()
		for at, peak := range tree.spans() {
			other, isPeakStill := peaks[at]
			isKept = isKept && (!isPeakStill || bytes.Equal(peak, other))
		}
		fault.Unless(isKept, "HEAD_REWRITTEN", "the tree of %q has another last place or peak", tree.MspID)
	}
	isSame := true
	for _, tree := range older {
		peaks := tree.spans()
		for at, peak := range find(newer, tree.MspID).spans() {
			if at.begin < uint64(tree.Count) {
				isSame = bytes.Equal(at.hash(peaks, uint64(tree.Count), &proof), peak) && isSame
			}
		}
	}
	fault.Unless(len(proof) == 0, "BAD_PROOF_LENGTH", "a proof that is too long")
	fault.Unless(isSame, "ROOT_MISMATCH", "the hashes lead elsewhere")
}

// hash of a node of a tree that grew: of older events alone it is a peak, of new ones alone it is next in the proof.
func (s span) hash(peaks map[span][]byte, older uint64, proof *[]byte) []byte {
	if peak, is := peaks[s]; is {
		return peak
	}
	if s.begin >= older {
		fault.Unless(len(*proof) >= 32, "BAD_PROOF_LENGTH", "a proof that is too short")
		next := (*proof)[:32]
		*proof = (*proof)[32:]
		return next
	}
	middle := (s.begin + s.end) / 2
	left := span{s.begin, middle}.hash(peaks, older, proof)
	return nodeHash(left, span{middle, s.end}.hash(peaks, older, proof))
}
