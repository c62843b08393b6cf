package proof

import (
	"encoding/hex"
	"regexp"
	"slices"
	"strings"
	"time"

	"cotrace.example/verifier/internal/fault"
	"cotrace.example/verifier/internal/lineage"
	"cotrace.example/verifier/internal/text"
	"cotrace.example/verifier/internal/traceid"
	"cotrace.example/verifier/internal/wire"
)

const (
	maxRow    = 8 << 10
	maxRecord = 8 << 20
	maxRows   = 1000 // and as many marks
)

// rowText is a mark, or a row without its place in a chain.
type rowText struct {
	TxID     string   `json:"txId"`
	RecordID string   `json:"recordId" like:"[0-9a-f]{64}"`
	Event    string   `json:"event" like:"[0-9a-f]{64}"`
	Time     moment   `json:"time"`
	Roles    []string `json:"roles" least:"1" most:"9"`
	Wrong    *bool    `json:"wrong" may:"lack"`
	Bond     string   `json:"bond" may:"lack" among:"aggregation association other"`
	Change   string   `json:"change" may:"lack" among:"add see remove empty"`
	Parent   *string  `json:"parent" may:"lack"`
}

// link is the place of a row in the chain of its trace.
type link struct {
	Ver          *int    `json:"ver" least:"1" most:"9007199254740991"`
	PreTraceTxID *string `json:"preTraceTxId" like:"[0-9a-f]{64}"`
	PreTraceHash *string `json:"preTraceHash" like:"[0-9a-f]{64}"`
}

// isPlace says whether the link is one: only the first has none before it.
func (l *link) isPlace() bool {
	return l.Ver != nil && (l.PreTraceTxID == nil) == (*l.Ver == 1) && (l.PreTraceHash == nil) == (*l.Ver == 1)
}

type moment string

const moments = "2006-01-02T15:04:05.000Z"

func (m *moment) Check() {
	read, err := time.Parse(moments, string(*m))
	// Go takes some other spellings, too.
	fault.Unless(err == nil && read.Format(moments) == string(*m), badProof, "not a time in UTC with milliseconds")
}

// ours gives what a text has that is of our form; nothing where it is not.
func ours[T any](read func() T) (value T) {
	fault.Catch(func() { value = read() })
	return value
}

// parseCanonical gives the value of a canonical JSON text.
func parseCanonical(written string, most int) any {
	fault.Unless(len(written) <= most, badProof, "more than %d bytes", most)
	value := text.Parse(written)
	fault.Unless(text.Canonical(value) == written, badProof, "not canonical")
	return value
}

// Roles of a row or mark, sorted, with a space behind each.
var (
	sortedRoles = regexp.MustCompile(
		`^(child )?(input )?(lot )?(output )?(parent )?(process |(process-gives )?(process-takes )?)(subject )?$`)
	rolesOfMarks = regexp.MustCompile(`^(lot )?(process[a-z-]* )*$`)
)

// row of a trace, or a mark.
type row struct {
	*lineage.Row
	link *link // nil of a mark
}

// readRow reads the text of a row or mark at a key, which a transaction wrote.
func readRow(txID, traceID, markOf, written string) row {
	value, nature := parseCanonical(written, maxRow), canonicalNature(traceID)
	var read struct {
		rowText
		link
	}
	r, at := &read.rowText, &read.link
	if markOf == "" {
		text.Read(value, &read, badProof)
		fault.Unless(at.isPlace(), badProof, "no place in a chain")
	} else {
		text.Read(value, r, badProof)
		fault.Unless(r.RecordID == markOf, badProof, "a mark of another record")
		at = nil
	}
	roles := strings.Join(r.Roles, " ") + " "
	areSorted := sortedRoles.MatchString(roles) && strings.Count(roles, " ") == len(r.Roles)
	fault.Unless(areSorted, badProof, "not the roles of an identifier: %v", r.Roles)
	isRow := nature != traceid.Class && !rolesOfMarks.MatchString(roles)
	fault.Unless(isRow == (at != nil), badProof, "a row for a mark, or a mark for a row")
	fault.Unless(r.TxID == txID && (r.Wrong == nil || *r.Wrong), badProof, "of another transaction, or not wrong")
	isChild := slices.Contains(r.Roles, "child")
	checkBond(r.Bond, r.Change, isChild, slices.Contains(r.Roles, "parent"))
	parent := ""
	if r.Parent != nil {
		parent = *r.Parent
		fault.Unless(isChild && traceid.NatureOf(parent) != "", badProof, "%q is not a parent of this", parent)
	}
	said := lineage.Said{RecordID: r.RecordID, Event: r.Event, Time: string(r.Time), Bond: r.Bond, Change: r.Change}
	said.Wrong = r.Wrong != nil
	return row{&lineage.Row{Said: said, Roles: r.Roles, Parent: parent}, at}
}

// checkBond checks bond and change against roles: of one identifier, or of a whole record.
func checkBond(bond, change string, hasChild, hasParent bool) {
	isFit := change != "" && (bond != "other" || change == "see") && (change != "empty" || !hasChild)
	if bond == "" {
		isFit = !hasChild && !hasParent && change != "empty"
	}
	fault.Unless(isFit, badProof, "bond %q and change %q of other roles", bond, change)
}

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
	event     string
}

type uri string

var (
	absoluteURI = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9+.-]*:[\x21-\x7e]+$`)
	decimal     = regexp.MustCompile(`^(?:0|[1-9]\d{0,29})(?:\.\d{0,14}[1-9])?$`)
	unitText    = regexp.MustCompile(`^[\x20-\x7e]{1,32}$`)
)

func (u *uri) Check() {
	fault.Unless(len(*u) <= 512 && absoluteURI.MatchString(string(*u)), badProof, "%q is not an absolute URI", *u)
}

// readRecord reads a record that the contract takes.
func readRecord(value any) *recordText {
	r := &recordText{}
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
	said := lineage.Said{RecordID: row.RecordID, Event: r.event, Time: string(r.EventTime), Bond: r.Bond, Change: r.Change}
	said.Wrong = r.Corrects != nil
	return &lineage.Record{Said: said, Step: r.Step, Entries: r.Traces}
}

func hashOf(written string) string { return hex.EncodeToString(wire.Hash([]byte(written))) }

// idOf is the id of the record with a text, whether or not it is of our form.
func idOf(mspID, record string) string {
	return hashOf("[" + text.Canonical(mspID) + "," + record + "]")
}

// checkEntries checks that the entries of a record fit each other, its bond and its change.
func (r *recordText) checkEntries() {
	seen, natures, count := map[[3]string]bool{}, map[string]string{}, map[string]int{}
	haveRows := map[string]bool{}
	for _, entry := range r.Traces {
		key, nature := [3]string{entry.ID, entry.Role, entry.Lot}, canonicalNature(entry.ID)
		isLot := entry.Role != "lot" || nature == traceid.Lot
		fault.Unless(isLot && !seen[key], badProof, "%v twice, or not a lot", key)
		checkAmounts(optional(entry.Amounts))
		seen[key], natures[entry.ID] = true, nature
		count[entry.Role]++
		if entry.Role != "lot" && entry.Role != "process" && nature != traceid.Class {
			haveRows[entry.ID] = true
		}
	}
	rows, marks := len(haveRows), len(natures)-len(haveRows)
	fault.Unless(rows <= maxRows && marks <= maxRows, badProof, "%d rows and %d marks", rows, marks)
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
