package events

import (
	"bytes"
	"cmp"
	"math/bits"

	"cotrace.example/verifier/internal/fault"
)

// growth is of one tree, from its older peaks with right siblings out of the proof.
type growth struct {
	count        uint64
	peaks, proof [][]byte
	isShort      bool
}

// CheckGrowth checks that a newer head extends an older one.
func CheckGrowth(older, newer []Tree, proof []byte) error {
	g := &growth{}
	for left := proof; len(left) >= 32; left = left[32:] {
		g.proof = append(g.proof, left[:32])
	}
	isKept, isSame := true, true
	for _, tree := range older {
		after := find(newer, tree.MspID)
		if after == nil || after.Count < tree.Count {
			return fault.New("HEAD_ROLLED_BACK", "the tree of %q is gone or shorter", tree.MspID)
		}
		moved := cmp.Or(cmp.Compare(after.LastBlock, tree.LastBlock), cmp.Compare(after.LastTx, tree.LastTx))
		isKept = isKept && (moved == 0 || moved > 0 && after.Count > tree.Count)
		g.count, g.peaks = uint64(tree.Count), tree.Peaks
		begin := uint64(0)
		for _, peak := range after.Peaks {
			level := bits.Len64(uint64(after.Count)-begin) - 1
			end := begin + 1<<level
			if begin < g.count {
				isEqual := bytes.Equal(g.node(begin, end), peak)
				isKept = isKept && (isEqual || end > g.count)
				isSame = isSame && isEqual
			}
			begin = end
		}
	}
	switch {
	case !isKept:
		return fault.New("HEAD_REWRITTEN", "a tree has another last place or peak")
	case g.isShort || len(g.proof) > 0 || len(proof)%32 > 0:
		return fault.New("BAD_PROOF_LENGTH", "not as many hashes as the counts say")
	case !isSame:
		return fault.New("ROOT_MISMATCH", "the hashes lead elsewhere")
	}
	return nil
}

// node gives the hash of a node over a range of events of the newer tree. What is of the older tree alone is a peak of it,
// what is new alone is in the proof; both come from left to right.
func (g *growth) node(begin, end uint64) []byte {
	from := &g.peaks
	if begin >= g.count {
		from = &g.proof
	} else if end > g.count {
		middle := (begin + end) / 2
		left := g.node(begin, middle)
		return nodeHash(left, g.node(middle, end))
	}
	if len(*from) == 0 {
		g.isShort = true
		return nil
	}
	next := (*from)[0]
	*from = (*from)[1:]
	return next
}
