package events

import (
	"math/bits"
	"slices"

	"cotrace.example/verifier/internal/wire"
)

// Tree is what a head says of one organisation's tree; an empty MspID is the shared one.
type Tree struct {
	MspID     string
	Count     uint32
	LastBlock uint64
	LastTx    uint32
	Peaks     [][]byte
}

const ownTrees = 48

// DecodeHead takes exactly what an encoder writes.
func DecodeHead(data []byte) ([]Tree, error) {
	r := &wire.Reader{Rest: data}
	trees := make([]Tree, min(r.Uint(2), ownTrees+2))
	isValid := len(trees) > 0 && len(trees) <= ownTrees+1
	for i := range trees {
		t := &trees[i]
		t.MspID, t.Count = r.Text(maxMspID), uint32(r.Uint(4))
		t.LastBlock, t.LastTx = r.Uint(8), uint32(r.Uint(4))
		for range bits.OnesCount32(t.Count) {
			t.Peaks = append(t.Peaks, r.Hash())
		}
		isValid = isValid && t.Count > 0 && (i == 0 || t.MspID > trees[i-1].MspID)
	}
	hasShared := isValid && trees[0].MspID == ""
	return trees, r.End(isValid && hasShared == (len(trees) == ownTrees+1), "BAD_TRACE_HEAD")
}

// root folds the peaks from the right.
func (t *Tree) root() []byte {
	root := t.Peaks[len(t.Peaks)-1]
	for _, peak := range slices.Backward(t.Peaks[:len(t.Peaks)-1]) {
		root = nodeHash(peak, root)
	}
	return root
}

// find gives an organisation's own tree; nil where it has none.
func find(head []Tree, mspID string) *Tree {
	at := slices.IndexFunc(head, func(t Tree) bool { return t.MspID == mspID })
	if at < 0 {
		return nil
	}
	return &head[at]
}
