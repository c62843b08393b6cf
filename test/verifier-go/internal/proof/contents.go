package proof

import (
	"cotrace.example/verifier/internal/fault"
)

const wrongEnvelope = "WRONG_ENVELOPE"

// contents are the records and envelopes of a file that were used, each in the order of first use.
type contents struct {
	*file
	mainName  string
	records   []*recordText // nil where one is not of our form
	envelopes []*envelope
	hashes    map[string]bool // of envelopes that were read
}

// read is step 6: rows, records and envelopes of the events that are shown with them.
func (c *contents) read() {
	listed := map[string]bool{}
	for _, record := range c.Records {
		fault.Unless(!listed[record], badProof, "a record is there twice")
		listed[record] = true
	}
	for _, trace := range c.Traces {
		for _, at := range trace.open {
			if at.Row != nil || at.Envelope != nil {
				c.readEvent(at)
			}
		}
	}
	areUsed := len(c.records) == len(c.Records) && len(c.envelopes) == len(c.Envelopes)
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

func (c *contents) readEvent(at *event) {
	var value string
	if at.Row != nil {
		value = *at.Row
		fault.Unless(hashOf(value) == at.leaf.ValueHash, "WRONG_VALUE", "not the row of the event")
	}
	var sent *envelope
	if at.Envelope != nil {
		sent = c.envelopeOf(at)
		value = sent.puts[stateKey{at.leaf.Domain, at.leaf.Key}]
	}
	at.row = ours(func() *row { return readRow(at.leaf.TxID, at.leaf.TraceID, at.leaf.RecordID, value) })
	at.foreign = at.row == nil
	if at.Record != nil {
		at.record = take(*at.Record, c.Records, &c.records, func(written string) *recordText {
			return ours(func() *recordText { return readRecord(parseCanonical(written, maxRecord)) })
		})
		fault.Unless(!at.foreign, "NOT_ASKED", "a record of a row that is not of our form")
		isItsOwn := idOf(at.leaf.MspID, c.Records[*at.Record]) == at.row.RecordID
		fault.Unless(isItsOwn, "WRONG_RECORD", "not the record of the row")
		at.foreign = at.record == nil
	}
	at.foreign = at.foreign || sent != nil && sent.record(at.leaf.Domain, at.row.RecordID) == nil
}

func (c *contents) envelopeOf(at *event) *envelope {
	sent := take(*at.Envelope, c.Envelopes, &c.envelopes, func(data []byte) *envelope {
		return &envelope{hash: hashOf(string(data))}
	})
	fault.Unless(sent.hash == at.leaf.EnvelopeHash, wrongEnvelope, "not the envelope of the event")
	if sent.Header == nil {
		fault.Unless(!c.hashes[sent.hash], badProof, "an envelope is there twice")
		c.hashes[sent.hash] = true
		sent.read(c.Envelopes[*at.Envelope])
	}
	fault.Unless(sent.Channel == c.mainName, "WRONG_CHANNEL", "of channel %q", sent.Channel)
	value, isPut := sent.puts[stateKey{at.leaf.Domain, at.leaf.Key}]
	isPut = isPut && hashOf(value) == at.leaf.ValueHash
	isItsOwn := sent.TxID == at.leaf.TxID && sent.MspID == at.leaf.MspID
	fault.Unless(isPut && isItsOwn, wrongEnvelope, "the transaction is another or wrote another value")
	return sent
}
