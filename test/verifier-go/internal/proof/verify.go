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
func Verify(proofText, trustText string) (any, error) {
	trust, err := attest.ReadTrust(trustText)
	if err != nil {
		return nil, err
	}
	f, err := readFile(proofText)
	if err != nil {
		return nil, err
	}
	if err := f.checkAttestations(); err != nil {
		return nil, err
	}
	if err := trust.CheckFresh(f.Root.Attested.Block); err != nil {
		return nil, err
	}
	root, err := trust.Follow(f.blocks())
	if err != nil {
		return nil, err
	}
	tips, err := root.Trusted.JudgeTips(f.Tips)
	if err != nil {
		return nil, err
	}
	if err := f.openTraces(root.Trie); err != nil {
		return nil, err
	}
	c := &contents{file: f, mainName: trust.Network.MainName, hashes: map[string]bool{}}
	if err := c.read(); err != nil {
		return nil, err
	}
	return f.answer(root.AsOf, tips, c.envelopes)
}

// openTraces is steps 3 to 5.
func (f *file) openTraces(root []byte) error {
	nodes := &trie.Nodes{Rest: f.Nodes}
	heads, isShown := make([][]byte, len(f.Traces)), false
	for i, trace := range f.Traces {
		if i > 0 && trace.TraceID <= f.Traces[i-1].TraceID {
			return fault.New(badProof, "traces do not rise")
		}
		isShown = isShown || trace.TraceID == f.Question.TraceID
	}
	for i, trace := range f.Traces {
		var err error
		if heads[i], err = nodes.Walk(root, trie.TraceKey(trace.TraceID)); err != nil {
			return err
		}
	}
	isAsShown := true
	for _, one := range f.States {
		entry, err := nodes.Walk(root, trie.StateKey(one.Domain, one.Key))
		if err != nil {
			return err
		}
		if one.Value == nil {
			isAsShown = isAsShown && entry == nil
		} else {
			hash := sha256.Sum256(*one.Value)
			isAsShown = isAsShown && len(entry) == 48 && bytes.HasPrefix(entry, hash[:])
		}
	}
	if len(nodes.Rest) > 0 {
		return fault.New("PROOF_TOO_LONG", "nodes that nothing needs")
	}
	if !isAsShown {
		return fault.New("WRONG_VALUE", "a state is not as shown")
	}
	for i := range f.Traces {
		if err := f.Traces[i].openTrees(heads[i], f.Root.Attested.Block); err != nil {
			return err
		}
	}
	if !isShown {
		return fault.New("PROVES_NOTHING", "the trace asked for is not shown")
	}
	return nil
}

// openTrees compares what is shown with the head in the trie; nil is of a trace that is not there.
func (t *trace) openTrees(head []byte, block uint64) (err error) {
	if (t.Head == nil) != (head == nil) || head != nil && !bytes.Equal(*t.Head, head) {
		return fault.New("WRONG_HEAD", "the head of %q is not as shown", t.TraceID)
	}
	if head == nil {
		return nil
	}
	if t.head, err = events.DecodeHead(head); err != nil {
		return err
	}
	areAll := len(t.head) == len(t.trees)
	for i, tree := range t.head {
		if tree.LastBlock > block {
			return fault.New("WRONG_HEAD", "a head of a later block")
		}
		areAll = areAll && tree.MspID == t.trees[i].MspID
	}
	if !areAll {
		return fault.New("NO_TREE", "not the trees of the head")
	}
	for i := range t.trees {
		opened, err := t.trees[i].Open(t.head, t.TraceID)
		if err != nil {
			return err
		}
		t.open = append(t.open, opened...)
	}
	return nil
}

// Open decodes and checks the events of a tree; it gives those that are not hidden.
func (t *Tree) Open(head []events.Tree, traceID string) (opened []*event, err error) {
	shown := make([]events.Shown, len(t.Events))
	for i := range t.Events {
		one := &t.Events[i]
		if shown[i].Index = one.Index; one.Hidden != nil {
			shown[i].Hash = *one.Hidden
			continue
		}
		if one.leaf, err = events.DecodeLeaf(*one.Place); err != nil {
			return nil, err
		}
		shown[i].Leaf, shown[i].Hash = one.leaf, one.leaf.Hash
		opened = append(opened, one)
	}
	return opened, events.CheckTree(head, t.MspID, traceID, shown, t.Path)
}
