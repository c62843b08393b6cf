// Package proof verifies trace proofs (docs/formats.md, Trace proof).
package proof

import (
	"bytes"

	"cotrace.example/verifier/internal/attest"
	"cotrace.example/verifier/internal/events"
	"cotrace.example/verifier/internal/fault"
	"cotrace.example/verifier/internal/lineage"
	"cotrace.example/verifier/internal/trie"
	"cotrace.example/verifier/internal/wire"
)

// Verify judges a proof by a trust file; what it gives is the answer of the format.
func Verify(proofText, trustText string) any {
	trust := attest.ReadTrust(trustText)
	f := readFile(proofText)
	trust.CheckFresh(f.Root.Attested.Block)
	asOf, root, trusted := trust.Follow(f.blocks())
	tips := trusted.JudgeTips(f.Tips)
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

// readContents is step 6: rows, records and envelopes of the events that are shown with them.
func (f *file) readContents(mainName string) {
	listed := map[string]bool{}
	f.hashes = map[string]bool{}
	for _, record := range f.Records {
		fault.Unless(!listed[record], badProof, "a record is there twice")
		listed[record] = true
	}
	for _, trace := range f.Traces {
		for _, at := range trace.open {
			if at.Row != nil || at.Envelope != nil {
				f.readEvent(at, mainName)
			}
		}
	}
	areUsed := len(f.records) == len(f.Records) && len(f.envelopes) == len(f.Envelopes)
	fault.Unless(areUsed, badProof, "a record or envelope that nothing uses")
}

// take takes one of a list that is used in turn, the next or one that was used before, and keeps what is read of the next.
func take[L, U any](index uint32, listed []L, used *[]U, read func(L) U) U {
	at, next := int(index), len(*used)
	fault.Unless(at <= next && at < len(listed), badProof, "records and envelopes are not in the order of use")
	if at == next {
		*used = append(*used, read(listed[at]))
	}
	return (*used)[at]
}

func (f *file) readEvent(at *event, mainName string) {
	var value string
	if at.Row != nil {
		value = *at.Row
		fault.Unless(hashOf(value) == at.Leaf.ValueHash, "WRONG_VALUE", "not the row of the event")
	}
	var sent *envelope
	if at.Envelope != nil {
		sent = f.envelopeOf(at, mainName)
		value = sent.puts[stateKey{at.Leaf.Domain, at.Leaf.Key}]
	}
	at.row = ours(func() row { return readRow(at.Leaf.TxID, at.Leaf.TraceID, at.Leaf.RecordID, value) })
	at.foreign = at.row.Row == nil
	if at.Record != nil {
		at.record = take(*at.Record, f.Records, &f.records, func(written string) *recordText {
			return ours(func() *recordText { return readRecord(parseCanonical(written, maxRecord)) })
		})
		fault.Unless(!at.foreign, "NOT_ASKED", "a record of a row that is not of our form")
		isItsOwn := idOf(at.Leaf.MspID, f.Records[*at.Record]) == at.row.RecordID
		fault.Unless(isItsOwn, "WRONG_RECORD", "not the record of the row")
		at.foreign = at.record == nil
	}
	at.foreign = at.foreign || sent != nil && sent.record(at.Leaf.Domain, at.row.RecordID) == nil
}

func (f *file) envelopeOf(at *event, mainName string) *envelope {
	sent := take(*at.Envelope, f.Envelopes, &f.envelopes, func(data []byte) *envelope {
		return &envelope{hash: hashOf(string(data))}
	})
	fault.Unless(sent.hash == at.Leaf.EnvelopeHash, wrongEnvelope, "not the envelope of the event")
	if sent.Header == nil {
		fault.Unless(!f.hashes[sent.hash], badProof, "an envelope is there twice")
		f.hashes[sent.hash] = true
		sent.read(f.Envelopes[*at.Envelope])
	}
	fault.Unless(sent.Channel == mainName, "WRONG_CHANNEL", "of channel %q", sent.Channel)
	value, isPut := sent.puts[stateKey{at.Leaf.Domain, at.Leaf.Key}]
	isPut = isPut && hashOf(value) == at.Leaf.ValueHash
	isItsOwn := sent.TxID == at.Leaf.TxID && sent.MspID == at.Leaf.MspID
	fault.Unless(isPut && isItsOwn, wrongEnvelope, "the transaction is another or wrote another value")
	return sent
}
