package proof

import (
	"crypto/sha256"
	"encoding/hex"
	"regexp"
	"strings"

	"cotrace.example/verifier/internal/fault"
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

func (u *uri) Check() {
	isURI := len(*u) <= 512 && absoluteURI.MatchString(string(*u))
	fault.Unless(isURI, badProof, "%q is not an absolute URI", *u)
}

// readRecord reads a record that the contract takes.
func readRecord(value any) *recordText {
	r := &recordText{isRow: map[string]bool{}}
	text.Read(value, r, badProof)
	r.checkEntries()
	r.value, r.event = value.(text.Object), hashOf(text.Canonical([]any{r.EventHash, r.EventID}))
	return r
}

// shown is the record, where there is one, as the lineage takes it beside its row.
func (r *recordText) shown(row *lineage.Row) *lineage.Record {
	if r == nil {
		return nil
	}
	said := lineage.Said{RecordID: row.RecordID, Event: r.event, Time: string(r.EventTime), Wrong: r.Corrects != nil, Bond: r.Bond, Change: r.Change}
	return &lineage.Record{Said: said, Step: r.Step, Entries: r.Traces}
}

func hashOf(written string) string {
	hash := sha256.Sum256([]byte(written))
	return hex.EncodeToString(hash[:])
}

// idOf is the id of the record with a text, whether or not it is of our form.
func idOf(mspID, record string) string {
	return hashOf("[" + text.Canonical(mspID) + "," + record + "]")
}

// checkEntries checks that the entries of a record fit each other, its bond and its change; it notes which have rows.
func (r *recordText) checkEntries() {
	seen, natures, count := map[[3]string]bool{}, map[string]string{}, map[string]int{}
	for _, entry := range r.Traces {
		key, nature := [3]string{entry.ID, entry.Role, entry.Lot}, canonicalNature(entry.ID)
		isLot := entry.Role != "lot" || nature == traceid.Lot
		fault.Unless(isLot && !seen[key], badProof, "%v twice, or not a lot", key)
		checkAmounts(optional(entry.Amounts))
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
	fault.Unless(rows <= maxRows && len(r.isRow)-rows <= maxRows, badProof, "too many rows or marks")
	for _, entry := range r.Traces {
		product, _, _ := strings.Cut(entry.Lot, "/10/")
		isItsLot := natures[entry.Lot] == traceid.Lot && (entry.ID == product || strings.HasPrefix(entry.ID, product+"/21/"))
		fault.Unless(entry.Lot == "" || isItsLot, badProof, "%q is not a lot of the product", entry.Lot)
	}
	children, parents := count["child"], count["parent"]
	checkBond(r.Bond, r.Change, children > 0, parents > 0)
	isFit := parents < 2 && (r.Bond == "" || parents+children > 0) && (r.Change != "empty" || parents > 0)
	fault.Unless(isFit, badProof, "%d parents and %d children of the bond %q", parents, children, r.Bond)
}

// checkAmounts checks the forms of quantities, and that those without a unit are first.
func checkAmounts(amounts []lineage.Amount) {
	last := ""
	for _, amount := range amounts {
		unit := ""
		if amount.Unit != nil {
			unit = *amount.Unit
			fault.Unless(unitText.MatchString(unit), badProof, "%q is not a unit", unit)
		}
		isDecimal := amount.Value != "0" && decimal.MatchString(amount.Value)
		fault.Unless(isDecimal && unit >= last, badProof, "quantity %q is not a decimal, or not in its place", amount.Value)
		last = unit
	}
}
