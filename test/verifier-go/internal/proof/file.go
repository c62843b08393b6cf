// Package proof verifies trace proofs (docs/formats.md, Trace proof).
package proof

import (
	"bytes"

	"cotrace.example/verifier/internal/attest"
	"cotrace.example/verifier/internal/events"
	"cotrace.example/verifier/internal/fault"
	"cotrace.example/verifier/internal/lineage"
	"cotrace.example/verifier/internal/text"
	"cotrace.example/verifier/internal/traceid"
	"cotrace.example/verifier/internal/trie"
	"cotrace.example/verifier/internal/wire"
)

// Verify judges a proof by a trust file; what it gives is the answer of the format.
func Verify(proofText, trustText string) any {
	trust := attest.ReadTrust(trustText)
	f := readFile(proofText)
	for _, block := range f.blocks() {
		trust.CheckFresh(block.Block)
	}
	asOf, root, trusted := trust.Follow(f.blocks())
	tips := trusted.JudgeTips(f.Tips, f.Root.Attested.Block)
	f.openTraces(root)
	f.readContents(trust.Network.MainName)
	return f.answer(asOf, tips)
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
		heads[i] = nodes.Walk(root, []byte("t\x00"+trace.TraceID))
	}
	for _, one := range f.States {
		entry := nodes.Walk(root, wire.Bytes([]byte("s\x00"), one.Domain, []byte(one.Key)))
		isItsHash := one.Value != nil && len(entry) == 48 && bytes.HasPrefix(entry, wire.Hash(*one.Value))
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
		opened := t.trees[i].Open(t.head, t.TraceID)
		t.trees[i].hidden = int(t.head[i].Count) - len(opened)
		t.open = append(t.open, opened...)
	}
}

// Open decodes and checks the events of a tree; it gives those that are not hidden.
func (t *Tree) Open(head []events.Tree, traceID string) (opened []*event) {
	shown := make([]*events.Shown, len(t.Events))
	for i := range t.Events {
		shown[i] = &t.Events[i].Shown
	}
	events.CheckTree(head, t.MspID, traceID, shown, t.Path)
	for i := range t.Events {
		one := &t.Events[i]
		if one.Row != nil || one.Envelope != nil {
			t.shown++
		}
		if leaf := one.Leaf; leaf != nil {
			one.place = lineage.Place{Domain: leaf.Domain, TxID: leaf.TxID, Organisation: leaf.MspID}
			opened = append(opened, one)
		}
	}
	return opened
}

const (
	maxFile         = 256 << 20
	maxEvents       = 100_000
	maxMspID        = 255
	maxCertificates = 64
	badProof        = "BAD_PROOF"
	wrongEnvelope   = "WRONG_ENVELOPE"
)

// event of a tree, as it is shown and as it was read.
type event struct {
	events.Shown
	Row      *string `json:"row" may:"lack"`
	Record   *uint32 `json:"record" may:"lack"`
	Envelope *uint32 `json:"envelope" may:"lack"`
	place    lineage.Place
	row      row
	record   *recordText
	foreign  bool // its row or record is not of our form
	told     int  // its place among those of its trace that the lineage is told of
}

// Tree of events as it is shown.
type Tree struct {
	MspID  string  `json:"mspId"`
	Events []event `json:"events" most:"100000"`
	Path   []byte  `json:"path"`
	hidden int     // how many others it has, listed or not
	shown  int     // how many are shown at least as row
}

type trace struct {
	TraceID string  `json:"traceId"`
	Absent  *bool   `json:"absent" may:"lack"`
	Head    *[]byte `json:"head" may:"lack"`
	Trees   *[]Tree `json:"trees" may:"lack" most:"49"`
	head    []events.Tree
	trees   []Tree
	open    []*event
}

type format string

type question struct {
	lineage.Asked
	Rules uint32 `json:"rules"`
}

type state struct {
	Domain string  `json:"domain"`
	Key    string  `json:"key"`
	Value  *[]byte `json:"value"`
}

type file struct {
	Format   format   `json:"format"`
	Question question `json:"question"`
	Root     struct {
		Sealed   bool            `json:"sealed" may:"come later"`
		Attested attest.Attested `json:"attested"`
	} `json:"root"`
	Transitions []attest.Transition `json:"transitions" may:"lack" most:"64"`
	Tips        []attest.Tip        `json:"tips" may:"lack" most:"1000"`
	Nodes       [][]byte            `json:"nodes" most:"100000"`
	Records     []string            `json:"records" most:"100000"`
	Envelopes   [][]byte            `json:"envelopes" most:"100000"`
	Traces      []trace             `json:"traces" least:"1" most:"10000"`
	States      []state             `json:"states" may:"lack" most:"1000"`
	records     []*recordText       // nil where one is not of our form
	envelopes   []*envelope
	// How many of both were used, each in the order of first use.
	usedRecords, usedEnvelopes uint32
}

// Check refuses what was a format once with a code of its own.
func (f *format) Check() {
	fault.Unless(*f != "cotrace.records-proof.v1", "NOT_SUPPORTED", "a proof of records")
	fault.Unless(*f == "cotrace.trace-proof.v1", badProof, "another format")
}

func (q *question) Check() {
	last := ""
	for _, mspID := range optional(q.Recorders) {
		fault.Unless(mspID > last && len(mspID) <= maxMspID, badProof, "recorders are not sorted MSP ids")
		last = mspID
	}
	canonicalNature(q.TraceID)
	fault.Unless(q.Rules == 1, "RULES", "other rules")
}

// canonicalNature is the nature of a TraceID that must be canonical.
func canonicalNature(traceID string) string {
	nature := traceid.NatureOf(traceID)
	fault.Unless(nature != "", badProof, "%q is not a canonical TraceID", traceID)
	return nature
}

// optional is a list, or bytes, that need not be there.
func optional[T any](list *[]T) []T {
	if list == nil {
		return nil
	}
	return *list
}

// Check says which members an event may have beside each other.
func (e *event) Check() {
	isOpen, hasValue := e.Place != nil, e.Row != nil || e.Envelope != nil
	isOneOf := isOpen != (e.Hidden != nil) && (isOpen || !hasValue) && (hasValue || e.Record == nil)
	fault.Unless(isOneOf, badProof, "not one of the forms of an event")
}

// Check says which members a trace may have beside each other.
func (t *trace) Check() {
	canonicalNature(t.TraceID)
	isAbsent := t.Absent != nil && *t.Absent
	isOneOf := isAbsent == (t.Absent != nil) && isAbsent == (t.Head == nil) && isAbsent == (t.Trees == nil)
	fault.Unless(isOneOf, badProof, "neither absent nor with head and trees")
	t.trees = optional(t.Trees)
}

// Check is of bounds over several members: few events and certificates of one organisation, one attestation of it a block.
func (f *file) Check() {
	shown, certificates, known := 0, map[string]int{}, map[[2]string]bool{}
	for _, trace := range f.Traces {
		for _, tree := range trace.trees {
			shown += len(tree.Events)
		}
	}
	fault.Unless(shown <= maxEvents, badProof, "too many events")
	blocks := f.blocks()
	for i, block := range blocks {
		fault.Unless(i == 0 || block.Block > blocks[i-1].Block, badProof, "transitions do not rise below the root")
		voted := map[string]bool{}
		for _, one := range block.Attestations {
			fault.Unless(!voted[one.MspID], badProof, "two attestations of %q", one.MspID)
			voted[one.MspID] = true
			key := [2]string{one.MspID, string(one.Certificate)}
			if !known[key] {
				certificates[one.MspID]++
			}
			known[key] = true
			fault.Unless(certificates[one.MspID] <= maxCertificates, badProof, "too many certificates of %q", one.MspID)
		}
	}
}

// readFile is step 1: shape and bounds, member after member.
func readFile(input string) *file {
	fault.Unless(len(input) <= maxFile, "TOO_LONG", "the proof is too long")
	f := &file{}
	text.Read(text.Parse(input), f, badProof)
	return f
}

// blocks are the transitions and, as the last, the root.
func (f *file) blocks() []attest.Transition {
	return append(f.Transitions, attest.Transition{Attested: f.Root.Attested})
}
