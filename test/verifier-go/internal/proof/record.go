package proof

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"regexp"
	"strings"

	"cotrace.example/verifier/internal/lineage"
	"cotrace.example/verifier/internal/text"
	"cotrace.example/verifier/internal/traceid"
)

// recordText is a record as a client sent it.
type recordText struct {
	Step      *string         `json:"step" like:"[\\x21-\\x7e]+" most:"512"`
	EventTime moment          `json:"eventTime"`
	Bond      string          `json:"bond" may:"null" among:"aggregation association other"`
	Change    string          `json:"change" may:"null" among:"add see remove empty"`
	Traces    []lineage.Entry `json:"traces" most:"8000"`
	Data      text.Object     `json:"data"`
	EventHash string          `json:"eventHash" like:"ni:///sha-256;[0-9a-f]{64}\\?ver=CBV2\\.0"`
	EventID   *uri            `json:"eventID"`
	Corrects  *[]uri          `json:"corrects" most:"1000"`
	value     text.Object
	isRow     map[string]bool // of identifiers; others have a mark
	event     string
}

type uri string

var (
	absoluteURI = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9+.-]*:[\x21-\x7e]+$`)
	decimal     = regexp.MustCompile(`^(?:0|[1-9]\d{0,29})(?:\.\d{0,14}[1-9])?$`)
	unitText    = regexp.MustCompile(`^[\x20-\x7e]{1,32}$`)
)

func (u *uri) Check() error {
	if len(*u) > 512 || !absoluteURI.MatchString(string(*u)) {
		return errors.New("not an absolute URI")
	}
	return nil
}

// readRecord reads the text of a record; nil where it is not one that the contract takes.
func readRecord(written string) *recordText {
	value, isCanonical := parseCanonical(written, maxRecord)
	if !isCanonical {
		return nil
	}
	return recordOf(value)
}

func recordOf(value any) *recordText {
	r := &recordText{isRow: map[string]bool{}}
	if text.Read(value, r, badProof) != nil || !r.agrees() {
		return nil
	}
	r.value, r.event = value.(text.Object), hashOf(text.InOrder([]any{r.EventHash, r.EventID}))
	return r
}

// shown is the record as the lineage takes it.
func (r *recordText) shown(recordID string) *lineage.Record {
	return &lineage.Record{Said: lineage.Said{
		RecordID: recordID, Event: r.event, Time: string(r.EventTime), Wrong: r.Corrects != nil, Bond: r.Bond, Change: r.Change,
	}, Step: r.Step, Entries: r.Traces}
}

func hashOf(written string) string {
	hash := sha256.Sum256([]byte(written))
	return hex.EncodeToString(hash[:])
}

// idOf is the id of the record with a text, whether or not it is of our form.
func idOf(mspID, record string) string { return hashOf("[" + text.InOrder(mspID) + "," + record + "]") }

// agrees says whether the entries of a record fit each other, its bond and its change; it notes which have rows.
func (r *recordText) agrees() bool {
	seen, natures, count := map[[3]string]bool{}, map[string]string{}, map[string]int{}
	for _, entry := range r.Traces {
		key := [3]string{entry.ID, entry.Role, entry.Lot}
		nature, err := traceid.NatureOf(entry.ID)
		if err != nil || seen[key] || entry.Role == "lot" && nature != traceid.Lot || !areSorted(optional(entry.Amounts)) {
			return false
		}
		seen[key], natures[entry.ID] = true, nature
		isMarked := entry.Role == "lot" || entry.Role == "process" || nature == traceid.Class
		r.isRow[entry.ID] = r.isRow[entry.ID] || !isMarked
		count[entry.Role]++
	}
	rows := 0
	for _, isRow := range r.isRow {
		if isRow {
			rows++
		}
	}
	for _, entry := range r.Traces {
		product, _, _ := strings.Cut(entry.Lot, "/10/")
		isOfProduct := entry.ID == product || strings.HasPrefix(entry.ID, product+"/21/")
		if entry.Lot != "" && (natures[entry.Lot] != traceid.Lot || !isOfProduct) {
			return false
		}
	}
	children, parents := count["child"], count["parent"]
	if r.Bond != "" && parents+children == 0 || parents > 1 || r.Change == "empty" && (parents == 0 || r.Bond == "other") {
		return false
	}
	return fit(r.Bond, r.Change, children > 0, parents > 0) && rows <= maxRows && len(r.isRow)-rows <= maxRows
}

// areSorted says whether quantities are of their form, those without a unit first.
func areSorted(amounts []lineage.Amount) bool {
	last := ""
	for _, amount := range amounts {
		unit := ""
		if amount.Unit != nil {
			unit = *amount.Unit
		}
		isUnit := amount.Unit == nil || unitText.MatchString(unit)
		if !decimal.MatchString(amount.Value) || amount.Value == "0" || !isUnit || unit < last {
			return false
		}
		last = unit
	}
	return true
}
