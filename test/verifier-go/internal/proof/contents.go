package proof

import (
	"maps"
	"strings"

	"cotrace.example/verifier/internal/events"
	"cotrace.example/verifier/internal/fault"
	"cotrace.example/verifier/internal/lineage"
	"cotrace.example/verifier/internal/text"
	"cotrace.example/verifier/internal/wire"
)

// readContents is step 6: rows, records and envelopes of the events that are shown with them.
func (f *file) readContents(mainName string) {
	listed := map[string]bool{}
	for _, record := range f.Records {
		fault.Unless(!listed[record], badProof, "a record is there twice")
		listed[record] = true
		f.records = append(f.records, ours(func() *recordText { return readRecord(parseCanonical(record, maxRecord)) }))
	}
	hashes := map[string]bool{}
	for _, data := range f.Envelopes {
		hash := hashOf(string(data))
		f.envelopes = append(f.envelopes, &envelope{hash: hash, isTwice: hashes[hash]})
		hashes[hash] = true
	}
	for _, trace := range f.Traces {
		for _, at := range trace.open {
			if at.Row != nil || at.Envelope != nil {
				f.readEvent(at, mainName)
			}
		}
	}
	areUsed := int(f.usedRecords) == len(f.Records) && int(f.usedEnvelopes) == len(f.Envelopes)
	fault.Unless(areUsed, badProof, "a record or envelope that nothing uses")
}

// use takes one of a list that is used in turn: the next, or one that was used before.
func use[T any](list []T, index uint32, used *uint32) T {
	fault.Unless(index <= *used && int(index) < len(list), badProof, "records and envelopes are not in the order of use")
	*used = max(*used, index+1)
	return list[index]
}

func (f *file) readEvent(at *event, mainName string) {
	value := ""
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
		at.record = use(f.records, *at.Record, &f.usedRecords)
		fault.Unless(!at.foreign, "NOT_ASKED", "a record of a row that is not of our form")
		fault.Unless(idOf(at.Leaf.MspID, f.Records[*at.Record]) == at.row.RecordID, "WRONG_RECORD", "not the record of the row")
		at.foreign = at.record == nil
	}
	at.foreign = at.foreign || sent != nil && sent.record(at.Leaf.Domain, at.row.RecordID) == nil
}

func (f *file) envelopeOf(at *event, mainName string) *envelope {
	sent := use(f.envelopes, *at.Envelope, &f.usedEnvelopes)
	fault.Unless(sent.hash == at.Leaf.EnvelopeHash, wrongEnvelope, "not the envelope of the event")
	fault.Unless(!sent.isTwice, badProof, "an envelope is there twice")
	if sent.Header == nil {
		sent.read(f.Envelopes[*at.Envelope])
	}
	fault.Unless(sent.Channel == mainName, "WRONG_CHANNEL", "of channel %q", sent.Channel)
	value, isPut := sent.puts[stateKey{at.Leaf.Domain, at.Leaf.Key}]
	isPut = isPut && hashOf(value) == at.Leaf.ValueHash
	isItsOwn := sent.TxID == at.Leaf.TxID && sent.MspID == at.Leaf.MspID
	fault.Unless(isPut && isItsOwn, wrongEnvelope, "the transaction is another or wrote another value")
	return sent
}

// stateKey is a key of a domain's state.
type stateKey struct{ domain, key string }

// envelope is what is needed of a transaction (fabric-protos: common, peer, ledger/rwset): its header, and the values that
// it puts.
type envelope struct {
	*wire.Header
	hash    string
	isTwice bool // in its list
	puts    map[stateKey]string
}

// What Fabric adds up for a key (validation/tx_ops.go).
const (
	written uint8 = 1 << iota
	metadataUpdate
	metadataDelete
	deleted
)

func (e *envelope) read(data []byte) {
	p := wire.Proto{Code: wrongEnvelope}
	e.Header, e.puts = p.Header(data), map[stateKey]string{}
	// As it stands in events.
	if e.MspID == "" || len(e.MspID) > maxMspID {
		e.MspID = hashOf(e.MspID)
	}
	flags := map[stateKey]uint8{}
	for _, action := range p.Message(e.Data).Bytes[1] {
		for _, listed := range p.Message(action, 2, 2, 1, 2, 1).Bytes[2] {
			namespace := p.Message(listed)
			writes := p.Message(namespace.Last(2))
			for _, one := range writes.Bytes[3] {
				write, flag := p.Message(one), written
				at := stateKey{namespace.Text(1), write.Text(1)}
				if write.Int(2) != 0 || len(write.Last(3)) == 0 {
					flag = deleted
				}
				e.puts[at] = write.Text(3)
				flags[at] += flag
			}
			for _, one := range writes.Bytes[4] {
				write, flag := p.Message(one), metadataDelete
				if len(write.Bytes[2]) > 0 {
					flag = metadataUpdate
				}
				flags[stateKey{namespace.Text(1), write.Text(1)}] += flag
			}
		}
	}
	maps.DeleteFunc(e.puts, func(at stateKey, _ string) bool {
		return flags[at]&written == 0 || flags[at]&deleted != 0 || !events.IsDomain(at.domain)
	})
}

// record is what the envelope puts for a record's id, for its organisation; nil where it does not. Its links are not told by
// anybody.
func (e *envelope) record(domain, recordID string) *recordText {
	return ours(func() *recordText {
		written := e.puts[stateKey{domain, "rec/" + recordID}]
		fault.Unless(len(written) <= maxRecord, badProof, "more than %d bytes", maxRecord)
		stored, _ := text.Parse(written).(text.Object)
		entries, _ := stored["traces"].([]any)
		for _, item := range entries {
			entry, _ := item.(text.Object)
			for _, name := range []string{"ver", "preTraceTxId", "preTraceHash"} {
				delete(entry, name)
			}
		}
		fault.Unless(idOf(e.MspID, text.Canonical(stored)) == recordID, badProof, "another record")
		return readRecord(stored)
	})
}

type orphan struct {
	lineage.Place
	RecordID string `json:"recordId"`
}

// orphans are records that the envelope puts, of which an identifier has no row or mark beside it.
func (e *envelope) orphans() (found []orphan) {
	named := map[[3]string]bool{} // domain, identifier, record id
	for at, value := range e.puts {
		traceID, markOf := events.ReadKey(at.key)
		if row := ours(func() row { return readRow(e.TxID, traceID, markOf, value) }); row.Row != nil {
			named[[3]string{at.domain, traceID, row.RecordID}] = true
		}
	}
	for at := range e.puts {
		recordID := strings.TrimPrefix(at.key, "rec/")
		record := e.record(at.domain, recordID)
		if record == nil {
			continue
		}
		for _, entry := range record.Traces {
			if !named[[3]string{at.domain, entry.ID, recordID}] {
				found = append(found, orphan{lineage.Place{Domain: at.domain, TxID: e.TxID, Organisation: e.MspID}, recordID})
			}
		}
	}
	return found
}
