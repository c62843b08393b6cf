package events

import (
	"bytes"
	"cmp"
	"math/bits"

	"cotrace.example/verifier/internal/fault"
)

// CheckGrowth checks that a newer head extends an older one.
func CheckGrowth(older, newer []Tree, proof []byte) error {
	after := make([]*Tree, len(older))
	for i, tree := range older {
		after[i] = treeOf(newer, tree.MspID)
		if after[i] == nil || after[i].MspID != tree.MspID || after[i].Count < tree.Count {
			return fault.New("HEAD_ROLLED_BACK", "the tree of %q is gone or shorter", tree.MspID)
		}
	}
	wanted := 0
	for i, tree := range older {
		if !tree.isKept(after[i]) {
			return fault.New("HEAD_REWRITTEN", "the tree of %q has another last place or peak", tree.MspID)
		}
		for _, isRight := range tree.climb(after[i]) {
			if isRight {
				wanted += 32
			}
		}
	}
	if len(proof) != wanted {
		return fault.New("BAD_PROOF_LENGTH", "not %d bytes", wanted)
	}
	for i, tree := range older {
		left := len(tree.Peaks) - 1
		top := tree.Peaks[left]
		for _, isRight := range tree.climb(after[i]) {
			if isRight {
				top, proof = nodeHash(top, proof[:32]), proof[32:]
			} else {
				left--
				top = nodeHash(tree.Peaks[left], top)
			}
		}
		if !bytes.Equal(top, after[i].Peaks[left]) {
			return fault.New("ROOT_MISMATCH", "the hashes lead elsewhere")
		}
	}
	return nil
}

// isKept compares what both heads have: last places, and the peaks that are peaks still.
func (t *Tree) isKept(newer *Tree) bool {
	moved := cmp.Or(cmp.Compare(newer.LastBlock, t.LastBlock), cmp.Compare(newer.LastTx, t.LastTx))
	if moved < 0 || moved > 0 && newer.Count == t.Count {
		return false
	}
	rest := t.Count
	for i := range t.Peaks {
		level := bits.Len32(rest) - 1
		rest &^= 1 << level
		// A peak is of the same leaves in both trees where all larger peaks are the same, and this one is.
		if t.Count>>level == newer.Count>>level && !bytes.Equal(t.Peaks[i], newer.Peaks[i]) {
			return false
		}
	}
	return true
}

// climb goes from the last peak up to the newer tree's peak over it: of each step whether the sibling is to the right.
func (t *Tree) climb(newer *Tree) (steps []bool) {
	level := bits.TrailingZeros32(t.Count)
	// The node is a peak of the newer tree where that has no whole node over it.
	for index := t.Count>>level - 1; uint64(index/2+1)<<(level+1) <= uint64(newer.Count); level++ {
		steps = append(steps, index%2 == 0)
		index /= 2
	}
	return steps
}
