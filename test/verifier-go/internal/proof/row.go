package proof

import (
	"errors"
	"regexp"
	"slices"
	"strings"
	"time"

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

type moment string

func (m *moment) Check() error {
	const form = "2006-01-02T15:04:05.000Z"
	// Go takes some other spellings, too.
	if read, err := time.Parse(form, string(*m)); err != nil || read.Format(form) != string(*m) {
		return errors.New("not a time in UTC with milliseconds")
	}
	return nil
}

// parseCanonical gives the value of a canonical JSON text.
func parseCanonical(written string, most int) (any, bool) {
	if len(written) > most {
		return nil, false
	}
	value, err := text.Parse(written)
	return value, err == nil && text.IsCanonical(written, value)
}

// Roles of a row or mark, sorted, with a space behind each.
var (
	sortedRoles = regexp.MustCompile(
		`^(child )?(input )?(lot )?(output )?(parent )?(process |(process-gives )?(process-takes )?)(subject )?$`)
	rolesOfMarks = regexp.MustCompile(`^(lot )?(process[a-z-]* )*$`)
)

// readRow reads the text of a row or mark at a key, which a transaction wrote; nil where it is not of our form. A mark has
// no link.
func readRow(txID, traceID, markOf, written string) (*lineage.Row, *link) {
	value, isCanonical := parseCanonical(written, maxRow)
	nature, err := traceid.NatureOf(traceID)
	var read struct {
		rowText
		link
	}
	r, at := &read.rowText, &read.link
	if !isCanonical || err != nil {
		return nil, nil
	}
	if markOf == "" {
		err = text.Read(value, &read, badProof)
	} else {
		err, at = text.Read(value, r, badProof), nil
	}
	roles := strings.Join(r.Roles, " ") + " "
	isRow := nature != traceid.Class && !rolesOfMarks.MatchString(roles)
	isSorted := sortedRoles.MatchString(roles) && strings.Count(roles, " ") == len(r.Roles)
	isLinked := at != nil && at.fits(true) || at == nil && r.RecordID == markOf
	if err != nil || r.TxID != txID || r.Wrong != nil && !*r.Wrong || !isSorted || !isLinked || isRow != (at != nil) {
		return nil, nil
	}
	isChild, isParent := slices.Contains(r.Roles, "child"), slices.Contains(r.Roles, "parent")
	row := &lineage.Row{Said: lineage.Said{
		RecordID: r.RecordID, Event: r.Event, Time: string(r.Time), Wrong: r.Wrong != nil, Bond: r.Bond, Change: r.Change,
	}, Roles: r.Roles}
	if r.Parent != nil {
		if _, err := traceid.NatureOf(*r.Parent); err != nil || !isChild {
			return nil, nil
		}
		row.Parent = *r.Parent
	}
	if !fit(r.Bond, r.Change, isChild, isParent) {
		return nil, nil
	}
	return row, at
}

// fit checks bond and change against roles: of one identifier, or of a whole record.
func fit(bond, change string, hasChild, hasParent bool) bool {
	switch {
	case bond == "":
		return !hasChild && !hasParent && change != "empty"
	case change == "", bond == "other" && change != "see":
		return false
	}
	return change != "empty" || !hasChild
}
