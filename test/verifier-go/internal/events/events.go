// Package events has trace events, the heads of their trees, and what ties both (docs/formats.md, Trace events).
package events

import (
	"bytes"
	"cmp"
	"encoding/hex"
	"maps"
	"math/bits"
	"regexp"
	"slices"

	"cotrace.example/verifier/internal/fault"
	"cotrace.example/verifier/internal/text"
	"cotrace.example/verifier/internal/wire"
)

// Leaf is a trace event.
type Leaf struct {
	TxID         string `json:"txId"`
	Block        uint64 `json:"blockNum"`
	TxNum        uint32 `json:"txNum"`
	Domain       string `json:"domain"`
	MspID        string `json:"mspId"`
	EnvelopeHash string `json:"envelopeHash"`
	Key          string `json:"key"`
	ValueHash    string `json:"valueHash"`
	Hash         []byte `json:"hash"`
	// TraceID and, of a mark, RecordID are what the key says.
	TraceID, RecordID string
}

const (
	maxDomain = 128
	maxMspID  = 255
	maxKey    = 582
	ownTrees  = 48
	notAHead  = "BAD_TRACE_HEAD"
)

// DecodeLeaf takes exactly what an encoder writes.
func DecodeLeaf(data []byte) *Leaf {
	r := &wire.Reader{Rest: data}
	leaf := &Leaf{Hash: wire.Hash([]byte{0}, data)}
	r.Tag("e")
	leaf.TxID, leaf.Block, leaf.TxNum = hex.EncodeToString(r.Bytes(32)), r.Uint(8), uint32(r.Uint(4))
	leaf.Domain, leaf.MspID, leaf.EnvelopeHash = r.Text(maxDomain), r.Text(maxMspID), hex.EncodeToString(r.Bytes(32))
	leaf.Key, leaf.ValueHash = r.Text(maxKey), hex.EncodeToString(r.Bytes(32))
	r.End()
	leaf.TraceID, leaf.RecordID = ReadKey(leaf.Key)
	fault.Unless(leaf.TraceID != "" && IsDomain(leaf.Domain) && leaf.MspID != "", "BAD_EVENT_LEAF", "not the leaf of an event")
	return leaf
}

var (
	domainName = regexp.MustCompile(`^[a-zA-Z0-9]+([-_][a-zA-Z0-9]+)*$`)
	system     = []string{"cscc", "escc", "lscc", "qscc", "vscc"}
	traceKey   = regexp.MustCompile(`(?s)^(?:trace/(.*)|mark/(.*) ([0-9a-f]{64}))$`)
)

// IsDomain says whether a namespace is a domain: a name that Fabric's lifecycle lets a chaincode have, and no system's.
func IsDomain(name string) bool {
	return len(name) <= maxDomain && domainName.MatchString(name) && !slices.Contains(system, name)
}

// ReadKey gives what the key of a row or mark names; recordID is empty for a row, traceID for any other key.
func ReadKey(key string) (traceID, recordID string) {
	found := traceKey.FindStringSubmatch(key)
	if found == nil || len(found[1]+found[2]) > 512 {
		return "", ""
	}
	return found[1] + found[2], found[3]
}

// Compare is the order of trace events: block, transaction, domain and key by bytes.
func Compare(a, b *Leaf) int {
	return cmp.Or(cmp.Compare(a.Block, b.Block), cmp.Compare(a.TxNum, b.TxNum),
		cmp.Compare(a.Domain, b.Domain), cmp.Compare(a.Key, b.Key))
}

func nodeHash(left, right []byte) []byte { return wire.Hash([]byte{1}, left, right) }

// Tree is what a head says of one organisation's tree; an empty MspID is the shared one.
type Tree struct {
	MspID     string
	Count     uint32
	LastBlock uint64
	LastTx    uint32
	Peaks     [][]byte
}

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
			t.Peaks = append(t.Peaks, r.Bytes(32))
		}
		isValid = isValid && t.Count > 0 && (i == 0 || t.MspID > trees[i-1].MspID)
	}
	r.End()
	fault.Unless(isValid && (trees[0].MspID == "") == (count > ownTrees), notAHead, "trees that are empty, or not in their places")
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
	if at := slices.IndexFunc(head, func(t Tree) bool { return t.MspID == mspID }); at >= 0 {
		return &head[at]
	}
	return nil
}

// Shown is an event of a tree: open, with its leaf, or hidden, with the leaf's hash alone.
type Shown struct {
	Index  uint32    `json:"index"`
	Hidden *[]byte   `json:"hidden" may:"lack" least:"32" most:"32"`
	Place  *text.Hex `json:"place" may:"lack"`
	Leaf   *Leaf
}

// CheckTree checks that events are where one tree of a head has them, for one TraceID; it decodes the open ones before.
func CheckTree(head []Tree, mspID, traceID string, shown []*Shown, path []byte) {
	nodes := map[uint64][]byte{}
	for _, event := range shown {
		if event.Place != nil {
			event.Leaf = DecodeLeaf(*event.Place)
			nodes[uint64(event.Index)] = event.Leaf.Hash
		} else {
			nodes[uint64(event.Index)] = *event.Hidden
		}
	}
	t := find(head, mspID)
	fault.Unless(t != nil, "NO_TREE", "the head has no tree of %q", mspID)
	isOrdered, isRising := true, true
	var last *Leaf
	for i, event := range shown {
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
	fault.Unless(len(shown) == 0 || bytes.Equal(root, t.root()), "ROOT_MISMATCH", "the events are not those of the tree")
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
	isKept, isSame := true, true
	for _, tree := range older {
		after := find(newer, tree.MspID)
		isThere := after != nil && after.Count >= tree.Count
		fault.Unless(isThere, "HEAD_ROLLED_BACK", "the tree of %q is gone or shorter", tree.MspID)
		moved := cmp.Or(cmp.Compare(after.LastBlock, tree.LastBlock), cmp.Compare(after.LastTx, tree.LastTx))
		isKept = isKept && (moved == 0 || moved > 0 && after.Count > tree.Count)
		peaks := after.spans()
		for at, peak := range tree.spans() {
			other, isPeakStill := peaks[at]
			isKept = isKept && (!isPeakStill || bytes.Equal(peak, other))
		}
	}
	fault.Unless(isKept, "HEAD_REWRITTEN", "a tree has another last place or peak")
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
