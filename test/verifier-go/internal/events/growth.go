package events

import (
	"bytes"
	"math/bits"

	"cotrace.example/verifier/internal/fault"
)

// CheckGrowth checks that a newer head extends an older one.
func CheckGrowth(older, newer []Tree, proof []byte) error {
	after := make([]*Tree, len(older))
	wanted := 0
	for i := range older {
		for j := range newer {
			if newer[j].MspID == older[i].MspID {
				after[i] = &newer[j]
			}
		}
		if after[i] == nil || after[i].Count < older[i].Count {
			return fault.New("HEAD_ROLLED_BACK", "the tree of %q is gone or shorter", older[i].MspID)
		}
	}
	for i := range older {
		if err := older[i].checkKept(after[i]); err != nil {
			return err
		}
		wanted += older[i].climb(after[i], func(bool) {})
	}
	if len(proof) != 32*wanted {
		return fault.New("BAD_PROOF_LENGTH", "not %d hashes", wanted)
	}
	for i := range older {
		used := older[i].climb(after[i], func(bool) {})
		peak, top := older[i].merge(after[i], proof[:32*used])
		if proof = proof[32*used:]; !bytes.Equal(peak, top) {
			return fault.New("ROOT_MISMATCH", "the hashes lead elsewhere")
		}
	}
	return nil
}

// checkKept compares what both heads have: last places, and the peaks that are peaks still.
func (t *Tree) checkKept(newer *Tree) error {
	earlier := newer.LastBlock < t.LastBlock || newer.LastBlock == t.LastBlock && newer.LastTx < t.LastTx
	moved := newer.Count == t.Count && (newer.LastBlock != t.LastBlock || newer.LastTx != t.LastTx)
	if earlier || moved {
		return fault.New("HEAD_REWRITTEN", "another last place")
	}
	for i := range t.Peaks {
		if t.sharesPeak(newer, i) && !bytes.Equal(t.Peaks[i], newer.Peaks[i]) {
			return fault.New("HEAD_REWRITTEN", "another peak")
		}
	}
	return nil
}

// sharesPeak says whether peak i is of the same leaves in both trees: all larger peaks are the same, and this one is.
func (t *Tree) sharesPeak(newer *Tree, i int) bool {
	level := levelOfPeak(t.Count, i)
	return t.Count>>level == newer.Count>>level
}

// levelOfPeak is the height of the i-th largest peak.
func levelOfPeak(count uint32, i int) int {
	for ; i > 0; i-- {
		count &^= 1 << (bits.Len32(count) - 1)
	}
	return bits.Len32(count) - 1
}

// climb counts the right siblings from the last peak of `t` up to the peak of `newer` over it, and calls `each` for
// every step up, with true where the sibling is to the right.
func (t *Tree) climb(newer *Tree, each func(right bool)) int {
	level := bits.TrailingZeros32(t.Count)
	index := t.Count>>level - 1
	count := 0
	// The node is a peak of the newer tree where that has no whole node over it.
	for ; uint64(index/2+1)<<(level+1) <= uint64(newer.Count); level++ {
		right := index%2 == 0
		if right {
			count++
		}
		each(right)
		index /= 2
	}
	return count
}

// merge gives the hash over the last peak of `t` that its right siblings lead to, and the peak of `newer` that it must be.
func (t *Tree) merge(newer *Tree, rights []byte) (computed, peak []byte) {
	left := len(t.Peaks) - 1
	computed = t.Peaks[left]
	t.climb(newer, func(right bool) {
		if right {
			computed, rights = nodeHash(computed, rights[:32]), rights[32:]
		} else {
			left--
			computed = nodeHash(t.Peaks[left], computed)
		}
	})
	return computed, newer.Peaks[left]
}
