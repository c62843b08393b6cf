package proof

import (
	"crypto/sha256"
	"encoding/hex"
	"regexp"
	"strings"

	"cotrace.example/verifier/internal/lineage"
	"cotrace.example/verifier/internal/text"
	"cotrace.example/verifier/internal/traceid"
)

// recordText is a record as a client sent it.
type recordText struct {
	Step      *string         `json:"step"`
	EventTime string          `json:"eventTime"`
	Bond      string          `json:"bond" may:"null" among:"aggregation association other"`
	Change    string          `json:"change" may:"null" among:"add see remove empty"`
	Traces    []lineage.Entry `json:"traces" most:"8000"`
	Data      text.Object     `json:"data"`
	EventHash string          `json:"eventHash"`
	EventID   *string         `json:"eventID"`
	Corrects  *[]string       `json:"corrects" most:"1000"`
	value     text.Object
	isRow     map[string]bool // of identifiers; others have a mark
	read      lineage.Record  // without a record id, which depends on who recorded it
}

var (
	eventHash   = regexp.MustCompile(`^ni:///sha-256;[0-9a-f]{64}\?ver=CBV2\.0$`)
	absoluteURI = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9+.-]*:[\x21-\x7e]+$`)
	printable   = regexp.MustCompile(`^[\x21-\x7e]+$`)
	decimal     = regexp.MustCompile(`^(?:0|[1-9]\d{0,29})(?:\.\d{0,14}[1-9])?$`)
	unitText    = regexp.MustCompile(`^[\x20-\x7e]{1,32}$`)
)

// readRecord reads the text of a record; nil where it is not one that the contract takes.
func readRecord(written string) *recordText {
	value, valid := parseCanonical(written, maxRecord)
	if !valid {
		return nil
	}
	return recordOf(value)
}

func recordOf(value any) *recordText {
	r := &recordText{}
	if text.Read(value, r, badProof) != nil {
		return nil
	}
	if r.Step != nil && (!printable.MatchString(*r.Step) || len(*r.Step) > maxText) || !isTime(r.EventTime) ||
		!eventHash.MatchString(r.EventHash) || r.EventID != nil && !isURI(*r.EventID) || !r.agrees() {
		return nil
	}
	if r.Corrects != nil {
		for _, one := range *r.Corrects {
			if !isURI(one) {
				return nil
			}
		}
	}
	event, err := text.Canonical([]any{r.EventHash, r.EventID})
	if err != nil {
		return nil
	}
	r.value = value.(text.Object)
	said := lineage.Said{Event: hashOf(event), Time: r.EventTime, Wrong: r.Corrects != nil, Bond: r.Bond, Change: r.Change}
	r.read = lineage.Record{Said: said, Step: r.Step, Entries: r.Traces}
	return r
}

func isURI(written string) bool { return absoluteURI.MatchString(written) && len(written) <= maxText }

func hashOf(written string) string {
	hash := sha256.Sum256([]byte(written))
	return hex.EncodeToString(hash[:])
}

// idOf is the id of the record with a text, whether or not it is of our form.
func idOf(mspID, record string) string {
	name, err := text.Canonical(mspID)
	if err != nil {
		return ""
	}
	return hashOf("[" + name + "," + record + "]")
}

// agrees says whether the entries of a record fit each other, its bond and its change.
func (r *recordText) agrees() bool {
	seen := map[[3]string]bool{}
	natures, isRow := map[string]string{}, map[string]bool{}
	r.isRow = isRow
	children, parents, rows := 0, 0, 0
	for _, entry := range r.Traces {
		key := [3]string{entry.ID, entry.Role, entry.Lot}
		nature, err := traceid.NatureOf(entry.ID)
		if err != nil || seen[key] || entry.Role == "lot" && nature != traceid.Lot || !areSorted(entry.Amounts) {
			return false
		}
		seen[key], natures[entry.ID] = true, nature
		isRow[entry.ID] = isRow[entry.ID] || entry.Role != "lot" && entry.Role != "process" && nature != traceid.Class
		switch entry.Role {
		case "parent":
			parents++
		case "child":
			children++
		}
	}
	for _, is := range isRow {
		if is {
			rows++
		}
	}
	for _, entry := range r.Traces {
		if entry.Lot != "" && (natures[entry.Lot] != traceid.Lot || !isOfProduct(entry.ID, natures[entry.ID], entry.Lot)) {
			return false
		}
	}
	said := &lineage.Said{Bond: r.Bond, Change: r.Change}
	if r.Bond != "" && parents+children == 0 || parents > 1 || r.Change == "empty" && (parents == 0 || r.Bond == "other") {
		return false
	}
	return fit(said, children > 0, parents > 0) && rows <= maxRows && len(isRow)-rows <= maxRows
}

func areSorted(amounts *[]lineage.Amount) bool {
	if amounts == nil {
		return true
	}
	last := ""
	for _, amount := range *amounts {
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

// isOfProduct says whether a lot is one of the product that an identifier is an instance or the class of.
func isOfProduct(id, nature, lot string) bool {
	product, _, _ := strings.Cut(lot, "/10/")
	return nature == traceid.Class && id == product || nature == traceid.Instance && strings.HasPrefix(id, product+"/21/")
}
