package proof

import (
	"bytes"
	"crypto/sha256"

	"cotrace.example/verifier/internal/attest"
	"cotrace.example/verifier/internal/events"
	"cotrace.example/verifier/internal/fault"
	"cotrace.example/verifier/internal/text"
	"cotrace.example/verifier/internal/trie"
)

// Verify judges a proof by a trust file; the answer is the canonical one of the format.
func Verify(proofText, trustText string) (text.Object, error) {
	trust, err := attest.ReadTrust(trustText)
	if err != nil {
		return nil, err
	}
	f, err := readFile(proofText)
	if err != nil {
		return nil, err
	}
	if err := f.checkVotes(); err != nil {
		return nil, err
	}
	if err := trust.CheckFresh(f.block); err != nil {
		return nil, err
	}
	root, trusted, err := trust.Follow(f.transitions, f.block, f.attestations)
	if err != nil {
		return nil, err
	}
	tips, err := trusted.JudgeTips(f.tips)
	if err != nil {
		return nil, err
	}
	values, states, err := f.walk(root.TrieRoot)
	if err != nil {
		return nil, err
	}
	if err := f.checkStates(states); err != nil {
		return nil, err
	}
	v := &verdict{file: f, mainName: trust.MainName}
	for i := range f.traces {
		if err := v.openTrace(i, values[i]); err != nil {
			return nil, err
		}
	}
	if !v.shows(f.traceID) {
		return nil, fault.New("PROVES_NOTHING", "the trace asked for is not shown")
	}
	if err := v.readContents(); err != nil {
		return nil, err
	}
	return v.answer(root, tips)
}

// walk is step 3: the heads and the state entries that the nodes lead to, nil where there are none.
func (f *file) walk(root []byte) (heads, states [][]byte, err error) {
	nodes := trie.NewNodes(f.nodes)
	for i := 1; i < len(f.traces); i++ {
		if f.traces[i].traceID <= f.traces[i-1].traceID {
			return nil, nil, fault.New(badProof, "traces do not rise")
		}
	}
	for i := range f.traces {
		head, err := nodes.Walk(root, trie.TraceKey(f.traces[i].traceID))
		if err != nil {
			return nil, nil, err
		}
		heads = append(heads, head)
	}
	for i := range f.states {
		entry, err := nodes.Walk(root, trie.StateKey(f.states[i].domain, f.states[i].key))
		if err != nil {
			return nil, nil, err
		}
		states = append(states, entry)
	}
	if !nodes.AllUsed() {
		return nil, nil, fault.New("PROOF_TOO_LONG", "nodes that nothing needs")
	}
	return heads, states, nil
}

const stateEntryBytes = 48

func (f *file) checkStates(entries [][]byte) error {
	for i, state := range f.states {
		hash := sha256.Sum256(state.value)
		is := entries[i] == nil
		if state.present {
			is = len(entries[i]) == stateEntryBytes && bytes.Equal(entries[i][:32], hash[:])
		}
		if !is {
			return fault.New("WRONG_VALUE", "the state at %q is not as shown", state.key)
		}
	}
	return nil
}

// place of an event of the file: its leaf, and what its texts are.
type place struct {
	trace  int
	shown  *shownEvent
	leaf   *events.Leaf
	row    *rowText
	record *recordText
	// foreign: a row or record that is not of our form.
	foreign bool
}

type verdict struct {
	file     *file
	mainName string
	heads    [][]events.Tree
	places   []*place // open events, trace after trace
	byTrace  [][]*place
}

func (v *verdict) shows(traceID string) bool {
	for i := range v.file.traces {
		if v.file.traces[i].traceID == traceID {
			return true
		}
	}
	return false
}

// openTrace is step 5 for one trace.
func (v *verdict) openTrace(i int, value []byte) error {
	trace := &v.file.traces[i]
	v.heads, v.byTrace = append(v.heads, nil), append(v.byTrace, nil)
	if trace.absent != (value == nil) || !trace.absent && !bytes.Equal(trace.head, value) {
		return fault.New("WRONG_HEAD", "the head of %q is not as shown", trace.traceID)
	}
	if trace.absent {
		return nil
	}
	head, err := events.DecodeHead(trace.head)
	if err != nil {
		return err
	}
	v.heads[i] = head
	for _, tree := range head {
		if tree.LastBlock > v.file.block {
			return fault.New("WRONG_HEAD", "a head of a later block")
		}
	}
	for j := range max(len(head), len(trace.trees)) {
		if j >= len(head) || j >= len(trace.trees) || head[j].MspID != trace.trees[j].mspID {
			return fault.New("NO_TREE", "not the trees of the head")
		}
	}
	for j := range trace.trees {
		if err := v.openTree(i, &trace.trees[j]); err != nil {
			return err
		}
	}
	return nil
}

func (v *verdict) openTree(i int, tree *shownTree) error {
	shown := make([]events.Shown, len(tree.events))
	for k := range tree.events {
		event := &tree.events[k]
		shown[k] = events.Shown{Index: event.index, Hash: event.hidden}
		if event.place == nil {
			continue
		}
		leaf, err := events.DecodeLeaf(event.place)
		if err != nil {
			return err
		}
		shown[k].Leaf, shown[k].Hash = leaf, events.LeafHash(event.place)
		v.byTrace[i] = append(v.byTrace[i], &place{trace: i, shown: event, leaf: leaf})
	}
	return events.CheckTree(v.heads[i], tree.mspID, v.file.traces[i].traceID, shown, tree.path)
}
