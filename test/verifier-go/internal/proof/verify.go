package proof

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"unicode/utf8"

	"cotrace.example/verifier/internal/attest"
	"cotrace.example/verifier/internal/events"
	"cotrace.example/verifier/internal/fault"
	"cotrace.example/verifier/internal/lineage"
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
	blocks, err := f.blocks()
	if err != nil {
		return nil, err
	}
	for _, block := range blocks {
		if err := trust.CheckFresh(block.Block); err != nil {
			return nil, err
		}
	}
	asOf, trieRoot, trusted, err := trust.Follow(blocks)
	if err != nil {
		return nil, err
	}
	tips, err := trusted.JudgeTips(f.Tips, f.Root.Attested.Block)
	if err != nil {
		return nil, err
	}
	if err := f.openTraces(trieRoot); err != nil {
		return nil, err
	}
	c := &contents{file: f, mainName: trust.MainName, envelopes: map[string]*envelope{}, records: map[string]*recordText{}}
	if err := c.read(); err != nil {
		return nil, err
	}
	return f.answer(asOf, tips, c)
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
	var wrong error
	for _, one := range f.States {
		entry, err := nodes.Walk(root, trie.StateKey(one.Domain, one.Key))
		if err != nil {
			return err
		}
		is := entry == nil && one.Value == nil
		if entry != nil && one.Value != nil {
			hash := sha256.Sum256(*one.Value)
			is = len(entry) == 48 && bytes.Equal(entry[:32], hash[:])
		}
		if !is {
			wrong = fault.New("WRONG_VALUE", "the state at %q is not as shown", one.Key)
		}
	}
	if len(nodes.Rest) > 0 {
		return fault.New("PROOF_TOO_LONG", "nodes that nothing needs")
	}
	if wrong != nil {
		return wrong
	}
	for i, trace := range f.Traces {
		if err := trace.openTrees(heads[i], f.Root.Attested.Block); err != nil {
			return err
		}
	}
	if !isShown {
		return fault.New("PROVES_NOTHING", "the trace asked for is not shown")
	}
	return nil
}

func (t *shownTrace) openTrees(value []byte, block uint64) (err error) {
	if (t.Head == nil) != (value == nil) || value != nil && !bytes.Equal(*t.Head, value) {
		return fault.New("WRONG_HEAD", "the head of %q is not as shown", t.TraceID)
	}
	if value == nil {
		return nil
	}
	if t.head, err = events.DecodeHead(value); err != nil {
		return err
	}
	for _, tree := range t.head {
		if tree.LastBlock > block {
			return fault.New("WRONG_HEAD", "a head of a later block")
		}
	}
	for j := range max(len(t.head), len(t.trees())) {
		if j >= len(t.head) || j >= len(t.trees()) || t.head[j].MspID != t.trees()[j].MspID {
			return fault.New("NO_TREE", "not the trees of the head")
		}
	}
	for j := range t.trees() {
		if err := t.openTree(&t.trees()[j], t.head[j].Count); err != nil {
			return err
		}
	}
	return nil
}

// place is an event of a trace, with what is shown of it.
type place struct {
	*events.Leaf
	shown   *shownEvent
	row     *lineage.Row
	link    *link
	record  *recordText
	foreign bool // its row or record is not of our form
}

func (p *place) at() lineage.Place {
	return lineage.Place{Domain: p.Domain, TxID: p.TxID, Organisation: p.MspID}
}

func (t *shownTrace) openTree(tree *shownTree, count uint32) error {
	shown := make([]events.Shown, len(tree.Events))
	tree.hidden = int(count)
	for i := range tree.Events {
		event := &tree.Events[i]
		shown[i].Index = event.Index
		if event.Hidden != nil {
			shown[i].Hash = event.Hidden[:]
			continue
		}
		leaf, err := events.DecodeLeaf(*event.Place)
		if err != nil {
			return err
		}
		shown[i].Leaf, shown[i].Hash = leaf, leaf.Hash
		tree.open = append(tree.open, &place{Leaf: leaf, shown: event})
		tree.hidden--
	}
	return events.CheckTree(t.head, tree.MspID, t.TraceID, shown, tree.Path)
}

// contents follows which records and envelopes of a file were used, each in the order of first use.
type contents struct {
	file                       *file
	mainName                   string
	usedRecords, usedEnvelopes uint32
	records                    map[string]*recordText
	envelopes                  map[string]*envelope // by hash
}

// read is step 6: rows, records and envelopes of the events that are shown with them.
func (c *contents) read() error {
	listed := map[string]bool{}
	for _, record := range c.file.Records {
		if listed[record] {
			return fault.New(badProof, "a record is there twice")
		}
		listed[record] = true
	}
	for _, trace := range c.file.Traces {
		for _, tree := range trace.trees() {
			for _, at := range tree.open {
				if err := c.readEvent(at); err != nil {
					return err
				}
			}
		}
	}
	if int(c.usedRecords) < len(c.file.Records) || int(c.usedEnvelopes) < len(c.file.Envelopes) {
		return fault.New(badProof, "a record or envelope that nothing uses")
	}
	return nil
}

// use checks that one of a list is used in turn: the next, or one that was used before.
func use(index uint32, length int, used *uint32) error {
	if index > *used || int(index) >= length {
		return fault.New(badProof, "records and envelopes are not in the order of use")
	}
	*used = max(*used, index+1)
	return nil
}

func (c *contents) readEvent(at *place) error {
	var value []byte
	var sent *envelope
	if at.shown.Row != nil {
		if value = []byte(*at.shown.Row); hashOf(*at.shown.Row) != at.ValueHash {
			return fault.New("WRONG_VALUE", "not the row of the event")
		}
	}
	if at.shown.Envelope != nil {
		var err error
		if sent, err = c.envelopeOf(at, *at.shown.Envelope); err != nil {
			return err
		}
		value = sent.puts[stateKey{at.Domain, at.Key}]
	}
	if value == nil {
		return nil
	}
	if utf8.Valid(value) {
		at.row, at.link = readRow(at.TxID, at.TraceID, at.RecordID, string(value))
	}
	if at.foreign = at.row == nil; at.shown.Record != nil {
		if err := use(*at.shown.Record, len(c.file.Records), &c.usedRecords); err != nil {
			return err
		}
		written := c.file.Records[*at.shown.Record]
		if at.foreign {
			return fault.New("NOT_ASKED", "a record of a row that is not of our form")
		}
		if idOf(at.MspID, written) != at.row.RecordID {
			return fault.New("WRONG_RECORD", "not the record of the row")
		}
		if _, known := c.records[written]; !known {
			c.records[written] = readRecord(written)
		}
		at.record = c.records[written]
		at.foreign = at.record == nil
	}
	at.foreign = at.foreign || sent != nil && sent.record(at.Domain, at.row.RecordID) == nil
	return nil
}

func (c *contents) envelopeOf(at *place, index uint32) (*envelope, error) {
	isFirst := index == c.usedEnvelopes
	if err := use(index, len(c.file.Envelopes), &c.usedEnvelopes); err != nil {
		return nil, err
	}
	data := c.file.Envelopes[index]
	hash := sha256.Sum256(data)
	known := c.envelopes[string(hash[:])]
	if hex.EncodeToString(hash[:]) != at.EnvelopeHash {
		return nil, fault.New("WRONG_ENVELOPE", "not the envelope of the event")
	}
	if isFirst {
		if known != nil {
			return nil, fault.New(badProof, "an envelope is there twice")
		}
		read, err := readEnvelope(data)
		if err != nil {
			return nil, fault.New("WRONG_ENVELOPE", "not a transaction: %v", err)
		}
		known = read
		c.envelopes[string(hash[:])] = read
	}
	if known.Channel != c.mainName {
		return nil, fault.New("WRONG_CHANNEL", "of channel %q", known.Channel)
	}
	value, has := known.puts[stateKey{at.Domain, at.Key}]
	if !has || hashOf(string(value)) != at.ValueHash || known.TxID != at.TxID || known.MspID != at.MspID {
		return nil, fault.New("WRONG_ENVELOPE", "the transaction is another or wrote another value")
	}
	return known, nil
}
