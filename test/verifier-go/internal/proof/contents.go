package proof

import (
	"cotrace.example/verifier/internal/fault"
)

// contents are the records and envelopes of a file that were used, each in the order of first use.
type contents struct {
	*file
	mainName  string
	records   []*recordText // nil where one is not of our form
	envelopes []*envelope
	hashes    map[string]bool // of envelopes that were read
}

// read is step 6: rows, records and envelopes of the events that are shown with them.
func (c *contents) read() error {
	listed := map[string]bool{}
	for _, record := range c.Records {
		if listed[record] {
			return fault.New(badProof, "a record is there twice")
		}
		listed[record] = true
	}
	for _, trace := range c.Traces {
		for _, at := range trace.open {
			if err := c.readEvent(at); err != nil {
				return err
			}
		}
	}
	if len(c.records) < len(c.Records) || len(c.envelopes) < len(c.Envelopes) {
		return fault.New(badProof, "a record or envelope that nothing uses")
	}
	return nil
}

// take checks that one of a list is used in turn, the next or one that was used before, and keeps what is read of the next.
func take[L, U any](index uint32, listed []L, used *[]U, read func(L) U) (U, error) {
	at, next := int(index), len(*used)
	if at > next || at >= len(listed) {
		var none U
		return none, fault.New(badProof, "records and envelopes are not in the order of use")
	}
	if at == next {
		*used = append(*used, read(listed[at]))
	}
	return (*used)[at], nil
}

func (c *contents) readEvent(at *event) (err error) {
	if at.Row == nil && at.Envelope == nil {
		return nil
	}
	var value string
	if at.Row != nil {
		if value = *at.Row; hashOf(value) != at.leaf.ValueHash {
			return fault.New("WRONG_VALUE", "not the row of the event")
		}
	}
	var sent *envelope
	if at.Envelope != nil {
		if sent, err = c.envelopeOf(at); err != nil {
			return err
		}
		value = sent.puts[stateKey{at.leaf.Domain, at.leaf.Key}]
	}
	at.row, at.link = readRow(at.leaf.TxID, at.leaf.TraceID, at.leaf.RecordID, value)
	at.foreign = at.row == nil
	if at.Record != nil {
		if err := c.readRecord(at); err != nil {
			return err
		}
	}
	at.foreign = at.foreign || sent != nil && sent.record(at.leaf.Domain, at.row.RecordID) == nil
	return nil
}

func (c *contents) readRecord(at *event) (err error) {
	if at.record, err = take(*at.Record, c.Records, &c.records, readRecord); err != nil {
		return err
	}
	if at.foreign {
		return fault.New("NOT_ASKED", "a record of a row that is not of our form")
	}
	if idOf(at.leaf.MspID, c.Records[*at.Record]) != at.row.RecordID {
		return fault.New("WRONG_RECORD", "not the record of the row")
	}
	at.foreign = at.record == nil
	return nil
}

func (c *contents) envelopeOf(at *event) (*envelope, error) {
	sent, err := take(*at.Envelope, c.Envelopes, &c.envelopes, func(data []byte) *envelope {
		return &envelope{hash: hashOf(string(data))}
	})
	if err != nil {
		return nil, err
	}
	if sent.hash != at.leaf.EnvelopeHash {
		return nil, fault.New("WRONG_ENVELOPE", "not the envelope of the event")
	}
	if sent.Header == nil {
		if c.hashes[sent.hash] {
			return nil, fault.New(badProof, "an envelope is there twice")
		}
		c.hashes[sent.hash] = true
		if err := sent.read(c.Envelopes[*at.Envelope]); err != nil {
			return nil, fault.New("WRONG_ENVELOPE", "not a transaction: %v", err)
		}
	}
	if sent.Channel != c.mainName {
		return nil, fault.New("WRONG_CHANNEL", "of channel %q", sent.Channel)
	}
	value, isPut := sent.puts[stateKey{at.leaf.Domain, at.leaf.Key}]
	if !isPut || hashOf(value) != at.leaf.ValueHash || sent.TxID != at.leaf.TxID || sent.MspID != at.leaf.MspID {
		return nil, fault.New("WRONG_ENVELOPE", "the transaction is another or wrote another value")
	}
	return sent, nil
}
