package events

import (
	"bytes"

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
	t := treeOf(head, mspID)
	if t == nil || t.MspID != mspID {
		return fault.New("NO_TREE", "the head has no tree of %q", mspID)
	}
	if err := t.checkPlaces(head, traceID, shown); err != nil {
		return err
	}
	level := make([]node, len(shown))
	for i, event := range shown {
		level[i] = node{uint64(event.Index), event.Hash}
	}
	top, missing, rest := fold(level, uint64(t.Count), path)
	if missing || len(rest) > 0 {
		return fault.New("BAD_PROOF_LENGTH", "a path of another length")
	}
	if len(shown) > 0 && !bytes.Equal(top[0].hash, t.root()) {
		return fault.New("ROOT_MISMATCH", "the events are not those of the tree")
	}
	return nil
}

// treeOf is the tree in which an organisation's events are: its own, or else the shared one.
func treeOf(head []Tree, mspID string) *Tree {
	for i := range head {
		if head[i].MspID == mspID {
			return &head[i]
		}
	}
	if head[0].MspID == "" {
		return &head[0]
	}
	return nil
}

func (t *Tree) checkPlaces(head []Tree, traceID string, shown []Shown) error {
	var last *Leaf
	rise := true
	for _, event := range shown {
		leaf := event.Leaf
		if leaf == nil {
			continue
		}
		if leaf.TraceID != traceID {
			return fault.New("WRONG_TRACE", "an event of another trace")
		}
		if treeOf(head, leaf.MspID) != t {
			return fault.New("WRONG_ORGANISATION", "an event of another organisation")
		}
		atEnd := leaf.Block == t.LastBlock && leaf.TxNum == t.LastTx
		beyond := leaf.Block > t.LastBlock || leaf.Block == t.LastBlock && leaf.TxNum > t.LastTx
		if beyond || event.Index == t.Count-1 && !atEnd {
			return fault.New("EVENT_ORDER", "an event is beyond the head's last place")
		}
		rise = rise && (last == nil || Compare(last, leaf) < 0)
		last = leaf
	}
	if !rise {
		return fault.New("EVENT_ORDER", "events do not rise")
	}
	for i, event := range shown {
		if event.Index >= t.Count || i > 0 && event.Index <= shown[i-1].Index {
			return fault.New("BAD_LEAF_INDEX", "indices do not rise below the count")
		}
	}
	return nil
}

// node is a hash of a level of a Merkle tree, with its place in it.
type node struct {
	index uint64
	hash  []byte
}

// fold gives what the nodes of the lowest level and a multiproof's hashes lead to, whether hashes are missing, and those
// that are left: level by level, of each node known the neighbour that is not.
func fold(level []node, size uint64, path []byte) (top []node, missing bool, rest []byte) {
	take := func() []byte {
		if len(path) < 32 {
			missing = true
			return nil
		}
		next := path[:32]
		path = path[32:]
		return next
	}
	for ; size > 1 && len(level) > 0; size = (size + 1) / 2 {
		var above []node
		for i := 0; i < len(level); i++ {
			at := level[i]
			switch {
			case at.index%2 == 0 && i+1 < len(level) && level[i+1].index == at.index+1:
				i++
				at.hash = nodeHash(at.hash, level[i].hash)
			case at.index^1 >= size:
				// Without a sibling it moves up as it is.
			case at.index%2 == 0:
				at.hash = nodeHash(at.hash, take())
			default:
				at.hash = nodeHash(take(), at.hash)
			}
			above = append(above, node{at.index / 2, at.hash})
		}
		level = above
	}
	return level, missing, path
}
