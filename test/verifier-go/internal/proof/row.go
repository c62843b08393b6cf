package proof

import (
	"regexp"
	"slices"
	"strings"
	"time"

	"cotrace.example/verifier/internal/fault"
	"cotrace.example/verifier/internal/lineage"
	"cotrace.example/verifier/internal/text"
	"cotrace.example/verifier/internal/traceid"
)

const (
	maxRow    = 8 << 10
	maxRecord = 8 << 20
	maxRows   = 1000 // and as many marks
)

var hexDigits = regexp.MustCompile(`^[0-9a-f]{64}$`)

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

// fits says whether the link is one of a row, or of a mark in a record as it is stored.
func (l *link) fits(isRow bool) bool {
	hasNone := !isRow || l.Ver != nil && *l.Ver == 1
	return (l.Ver != nil) == isRow && (l.PreTraceTxID == nil) == hasNone && (l.PreTraceHash == nil) == hasNone
}

// moments are in UTC with milliseconds.
const moments = "2006-01-02T15:04:05.000Z"

type moment string

func (m *moment) Check() {
	read, err := time.Parse(moments, string(*m))
	// Go takes some other spellings, too.
	isMoment := err == nil && read.Format(moments) == string(*m)
	fault.Unless(isMoment, badProof, "not a time in UTC with milliseconds")
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
		fault.Unless(at.fits(true), badProof, "no place in a chain")
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
	said := lineage.Said{RecordID: r.RecordID, Event: r.Event, Time: string(r.Time), Wrong: r.Wrong != nil, Bond: r.Bond, Change: r.Change}
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
