package events

import (
	"math/bits"

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
	count := r.U16()
	if count < 1 || count > ownTrees+1 {
		r.Refuse()
		return nil, r.End("BAD_TRACE_HEAD", "head")
	}
	trees := make([]Tree, count)
	for i := range trees {
		tree := Tree{MspID: r.Text(maxMspID), Count: r.U32(), LastBlock: r.U64(), LastTx: r.U32()}
		for range bits.OnesCount32(tree.Count) {
			tree.Peaks = append(tree.Peaks, r.Hash())
		}
		if tree.Count == 0 || i > 0 && tree.MspID <= trees[i-1].MspID {
			r.Refuse()
		}
		trees[i] = tree
	}
	if (trees[0].MspID == "") != (count == ownTrees+1) {
		r.Refuse()
	}
	return trees, r.End("BAD_TRACE_HEAD", "head")
}

// root folds the peaks from the right.
func (t *Tree) root() []byte {
	root := t.Peaks[len(t.Peaks)-1]
	for i := len(t.Peaks) - 2; i >= 0; i-- {
		root = nodeHash(t.Peaks[i], root)
	}
	return root
}
