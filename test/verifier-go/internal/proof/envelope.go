package proof

import (
	"maps"
	"strings"
	"unicode/utf8"

	"cotrace.example/verifier/internal/events"
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
	puts map[stateKey][]byte
}

func readEnvelope(data []byte) (*envelope, error) {
	p := &wire.Proto{}
	e := &envelope{p.Header(data), map[stateKey][]byte{}}
	// As it stands in events.
	if e.MspID == "" || len(e.MspID) > 255 {
		e.MspID = hashOf(e.MspID)
	}
	flags := map[stateKey]uint8{}
	for _, action := range p.Message(e.Data).Bytes[1] {
		for _, set := range p.Message(action, 2, 2, 1, 2, 1).Bytes[2] {
			e.readWrites(p, p.Message(set), flags)
		}
	}
	maps.DeleteFunc(e.puts, func(at stateKey, _ []byte) bool {
		return flags[at]&written == 0 || flags[at]&deleted != 0 || !events.IsDomain(at.domain)
	})
	return e, p.Err
}

// What Fabric adds up for a key (validation/tx_ops.go).
const (
	written        = 1
	metadataUpdate = 2
	metadataDelete = 4
	deleted        = 8
)

func (e *envelope) readWrites(p *wire.Proto, namespace *wire.Message, flags map[stateKey]uint8) {
	writes := p.Message(namespace.Last(2))
	for _, field := range []uint64{3, 4} {
		for _, listed := range writes.Bytes[field] {
			write := p.Message(listed)
			at := stateKey{string(namespace.Last(1)), string(write.Last(1))}
			value := write.Last(3)
			switch {
			case field == 4 && len(write.Bytes[2]) > 0:
				flags[at] += metadataUpdate
			case field == 4:
				flags[at] += metadataDelete
			case write.Int(2) != 0 || len(value) == 0:
				flags[at] += deleted
			default:
				flags[at] += written
			}
			if field == 3 {
				e.puts[at] = value
			}
		}
	}
}

// record is what the envelope puts for a record's id as the contract does, for its organisation; nil where it does not.
func (e *envelope) record(domain, recordID string) *recordText {
	value, valid := parseCanonical(string(e.puts[stateKey{domain, "rec/" + recordID}]), maxRecord)
	stored, _ := value.(text.Object)
	entries, _ := stored["traces"].([]any)
	if !valid || entries == nil {
		return nil
	}
	client := maps.Clone(stored)
	links, sent := make([]text.Object, len(entries)), make([]any, len(entries))
	for i, item := range entries {
		entry, isObject := item.(text.Object)
		if !isObject {
			return nil
		}
		links[i], sent[i] = text.Object{}, item
		own := maps.Clone(entry)
		for _, name := range []string{"ver", "preTraceTxId", "preTraceHash"} {
			if value, has := entry[name]; has {
				links[i][name] = value
			}
			delete(own, name)
		}
		sent[i] = own
	}
	client["traces"] = sent
	record := recordOf(client)
	canonical, err := text.Canonical(client)
	if record == nil || err != nil || idOf(e.MspID, canonical) != recordID {
		return nil
	}
	for i, entry := range record.Traces {
		var read link
		isLinked := text.Read(links[i], &read, badProof) == nil && read.isValid()
		isUnlinked := len(links[i]) == 3 && links[i]["ver"] == nil && links[i]["preTraceTxId"] == nil && links[i]["preTraceHash"] == nil
		if isRow := record.isRow[entry.ID]; isRow && !isLinked || !isRow && !isUnlinked {
			return nil
		}
	}
	return record
}

type orphan struct {
	lineage.Place
	RecordID string `json:"recordId"`
}

// orphans are records that the envelope puts, of which an identifier has no row or mark beside it.
func (e *envelope) orphans() []orphan {
	var found []orphan
	named := map[[3]string]bool{} // domain, identifier, record id
	for at, value := range e.puts {
		traceID, markOf := events.ReadKey(at.key)
		if row, _ := readRow(e.TxID, traceID, markOf, string(value)); row != nil && utf8.Valid(value) {
			named[[3]string{at.domain, traceID, row.RecordID}] = true
		}
	}
	for at := range e.puts {
		recordID, isRecord := strings.CutPrefix(at.key, "rec/")
		record := e.record(at.domain, recordID)
		if !isRecord || !hexDigits.MatchString(recordID) || record == nil {
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
