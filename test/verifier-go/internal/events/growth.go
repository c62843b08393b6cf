package events

import (
	"bytes"
	"cmp"
	"math/bits"

	"cotrace.example/verifier/internal/fault"
)

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
