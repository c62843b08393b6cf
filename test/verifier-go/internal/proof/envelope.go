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

// stateKey is a key of a domain's state.
type stateKey struct{ domain, key string }

// envelope is what is needed of a transaction (fabric-protos: common, peer, ledger/rwset): its header, and the values that
// it puts.
type envelope struct {
	*wire.Header
	hash string
	puts map[stateKey]string
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

// record is what the envelope puts for a record's id as the contract does, for its organisation; nil where it does not.
func (e *envelope) record(domain, recordID string) *recordText {
	return ours(func() *recordText {
		value := parseCanonical(e.puts[stateKey{domain, "rec/" + recordID}], maxRecord)
		stored, _ := value.(text.Object)
		entries, isList := stored["traces"].([]any)
		fault.Unless(isList, badProof, "not a record")
		// The client did not send the links.
		client, links, sent := maps.Clone(stored), make([]link, len(entries)), make([]any, len(entries))
		for i, item := range entries {
			entry, _ := item.(text.Object)
			own, linked := maps.Clone(entry), text.Object{}
			for _, name := range []string{"ver", "preTraceTxId", "preTraceHash"} {
				linked[name] = own[name]
				delete(own, name)
			}
			fault.Unless(len(own)+3 == len(entry), badProof, "an entry without its place in a chain")
			text.Read(linked, &links[i], badProof)
			sent[i] = own
		}
		client["traces"] = sent
		record := readRecord(client)
		fault.Unless(idOf(e.MspID, text.Canonical(client)) == recordID, badProof, "another record")
		for i, entry := range record.Traces {
			fault.Unless(links[i].fits(record.isRow[entry.ID]), badProof, "another place in a chain")
		}
		return record
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
