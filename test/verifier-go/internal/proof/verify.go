// Package proof verifies trace proofs (docs/formats.md, Trace proof).
package proof

import (
	"bytes"
	"crypto/sha256"

	"cotrace.example/verifier/internal/attest"
	"cotrace.example/verifier/internal/events"
	"cotrace.example/verifier/internal/fault"
	"cotrace.example/verifier/internal/trie"
)

// Verify judges a proof by a trust file; what it gives is the answer of the format.
func Verify(proofText, trustText string) any {
	trust := attest.ReadTrust(trustText)
	f := readFile(proofText)
	f.checkAttestations()
	trust.CheckFresh(f.Root.Attested.Block)
	root := trust.Follow(f.blocks())
	tips := root.Trusted.JudgeTips(f.Tips)
	f.openTraces(root.Trie)
	c := &contents{file: f, mainName: trust.Network.MainName, hashes: map[string]bool{}}
	c.read()
	return f.answer(root.AsOf, tips, c.envelopes)
}

// openTraces is steps 3 to 5.
func (f *file) openTraces(root []byte) {
	nodes := &trie.Nodes{Rest: f.Nodes}
	isRising, isShown, areStates := true, false, true
	for i, trace := range f.Traces {
		isRising = isRising && (i == 0 || trace.TraceID > f.Traces[i-1].TraceID)
		isShown = isShown || trace.TraceID == f.Question.TraceID
	}
	fault.Unless(isRising, badProof, "traces do not rise")
	heads := make([][]byte, len(f.Traces))
	for i, trace := range f.Traces {
		heads[i] = nodes.Walk(root, trie.TraceKey(trace.TraceID))
	}
	for _, one := range f.States {
		entry := nodes.Walk(root, trie.StateKey(one.Domain, one.Key))
		hash := sha256.Sum256(optional(one.Value))
		isItsHash := one.Value != nil && len(entry) == 48 && bytes.HasPrefix(entry, hash[:])
		areStates = areStates && (isItsHash || one.Value == nil && entry == nil)
	}
	fault.Unless(len(nodes.Rest) == 0, "PROOF_TOO_LONG", "nodes that nothing needs")
	fault.Unless(areStates, "WRONG_VALUE", "a state is not as shown")
	for i := range f.Traces {
		f.Traces[i].openTrees(heads[i], f.Root.Attested.Block)
	}
	fault.Unless(isShown, "PROVES_NOTHING", "the trace asked for is not shown")
}

// openTrees compares what is shown with the head in the trie; nil is of a trace that is not there.
func (t *trace) openTrees(head []byte, block uint64) {
	isAsShown := (t.Head == nil) == (head == nil) && bytes.Equal(optional(t.Head), head)
	fault.Unless(isAsShown, "WRONG_HEAD", "the head of %q is not as shown", t.TraceID)
	if head == nil {
		return
	}
	t.head = events.DecodeHead(head)
	areAll := len(t.head) == len(t.trees)
	for i, tree := range t.head {
		fault.Unless(tree.LastBlock <= block, "WRONG_HEAD", "a head of a later block")
		areAll = areAll && tree.MspID == t.trees[i].MspID
	}
	fault.Unless(areAll, "NO_TREE", "not the trees of the head")
	for i := range t.trees {
		t.open = append(t.open, t.trees[i].Open(t.head, t.TraceID)...)
	}
}

// Open decodes and checks the events of a tree; it gives those that are not hidden.
func (t *Tree) Open(head []events.Tree, traceID string) (opened []*event) {
	shown := make([]events.Shown, len(t.Events))
	for i := range t.Events {
		one := &t.Events[i]
		shown[i] = events.Shown{Index: one.Index, Hash: optional(one.Hidden)}
		if one.Place != nil {
			one.leaf = events.DecodeLeaf(*one.Place)
			shown[i].Leaf, shown[i].Hash = one.leaf, one.leaf.Hash
			opened = append(opened, one)
		}
	}
	events.CheckTree(head, t.MspID, traceID, shown, t.Path)
	return opened
}
