package events

import (
	"math/bits"
	"slices"

	"cotrace.example/verifier/internal/fault"
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

const (
	ownTrees = 48
	notAHead = "BAD_TRACE_HEAD"
)

// DecodeHead takes exactly what an encoder writes.
func DecodeHead(data []byte) []Tree {
	r := &wire.Reader{Rest: data}
	count := r.Uint(2)
	isValid := count > 0 && count <= ownTrees+1
	fault.Unless(isValid, notAHead, "%d trees", count)
	trees := make([]Tree, count)
	for i := range trees {
		t := &trees[i]
		t.MspID, t.Count = r.Text(maxMspID), uint32(r.Uint(4))
		t.LastBlock, t.LastTx = r.Uint(8), uint32(r.Uint(4))
		for range bits.OnesCount32(t.Count) {
			t.Peaks = append(t.Peaks, r.Hash())
		}
		isValid = isValid && t.Count > 0 && (i == 0 || t.MspID > trees[i-1].MspID)
	}
	r.End()
	isShared := trees[0].MspID == ""
	fault.Unless(isValid && isShared == (count > ownTrees), notAHead, "trees that are empty, or not in their places")
	return trees
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
