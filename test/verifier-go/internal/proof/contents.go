package proof

import (
	"crypto/sha256"
	"encoding/hex"

	"cotrace.example/verifier/internal/fault"
	"cotrace.example/verifier/internal/text"
)

// contents follows which records and envelopes of a file were used, each in the order of first use.
type contents struct {
	v                      *verdict
	records                []*recordText
	read                   []bool
	envelopes              []*envelope
	usedRecords, usedShown int
	seen                   map[[32]byte]bool
}

// readContents is step 6: rows, records and envelopes of the events that are shown with them.
func (v *verdict) readContents() error {
	c := &contents{v: v, seen: map[[32]byte]bool{}}
	c.records, c.read = make([]*recordText, len(v.file.records)), make([]bool, len(v.file.records))
	c.envelopes = make([]*envelope, len(v.file.envelopes))
	listed := map[string]bool{}
	for _, record := range v.file.records {
		if listed[record] {
			return fault.New(badProof, "a record is there twice")
		}
		listed[record] = true
	}
	for i := range v.byTrace {
		for _, at := range v.byTrace[i] {
			if at.shown.row == nil {
				continue
			}
			if err := c.readEvent(at); err != nil {
				return err
			}
		}
	}
	if c.usedRecords < len(v.file.records) || c.usedShown < len(v.file.envelopes) {
		return fault.New(badProof, "a record or envelope that nothing uses")
	}
	return nil
}

// next checks that one of a list is used in turn: the next, or one that was used before.
func next(index, length int, used *int) error {
	if index > *used || index >= length {
		return fault.New(badProof, "records and envelopes are not in the order of use")
	}
	*used = max(*used, index+1)
	return nil
}

func (c *contents) readEvent(at *place) error {
	if hash := sha256.Sum256([]byte(*at.shown.row)); string(hash[:]) != string(at.leaf.ValueHash) {
		return fault.New("WRONG_VALUE", "not the row of the event")
	}
	if at.shown.envelope >= 0 {
		if err := c.checkEnvelope(at); err != nil {
			return err
		}
	}
	at.row = readRow(at.leaf, *at.shown.row)
	at.foreign = at.row == nil
	if at.shown.record < 0 {
		return nil
	}
	if err := next(at.shown.record, len(c.v.file.records), &c.usedRecords); err != nil {
		return err
	}
	if at.row == nil {
		return fault.New("NOT_ASKED", "a record of a row that is not of our form")
	}
	index := at.shown.record
	if !c.read[index] {
		c.records[index], c.read[index] = readRecord(c.v.file.records[index]), true
	}
	id := textID(at.leaf.MspID, c.v.file.records[index])
	if id != at.row.RecordID {
		return fault.New("WRONG_RECORD", "not the record of the row")
	}
	at.record = c.records[index]
	at.foreign = at.record == nil
	return nil
}

func (c *contents) checkEnvelope(at *place) error {
	index := at.shown.envelope
	first := index == c.usedShown
	if err := next(index, len(c.v.file.envelopes), &c.usedShown); err != nil {
		return err
	}
	hash := sha256.Sum256(c.v.file.envelopes[index])
	if string(hash[:]) != string(at.leaf.EnvelopeHash) {
		return fault.New("WRONG_ENVELOPE", "not the envelope of the event")
	}
	if first {
		if c.seen[hash] {
			return fault.New(badProof, "an envelope is there twice")
		}
		c.seen[hash] = true
		var err error
		if c.envelopes[index], err = readEnvelope(c.v.file.envelopes[index]); err != nil {
			return fault.New("WRONG_ENVELOPE", "not a transaction: %v", err)
		}
	}
	if c.envelopes[index].channel != c.v.mainName {
		return fault.New("WRONG_CHANNEL", "of channel %q", c.envelopes[index].channel)
	}
	if !c.envelopes[index].wrote(at) {
		return fault.New("WRONG_ENVELOPE", "the transaction is another or wrote another value")
	}
	return nil
}

// textID is the id of the record with a text as it is shown, whether or not it is of our form. A text that is not canonical
// has no record's id: otherwise whoever writes one so would make a good event foreign.
func textID(mspID, record string) string {
	name, err := text.Canonical(mspID)
	if err != nil {
		return ""
	}
	hash := sha256.Sum256([]byte("[" + name + "," + record + "]"))
	return hex.EncodeToString(hash[:])
}
