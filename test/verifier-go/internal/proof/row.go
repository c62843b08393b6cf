package proof

import (
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
	maxText   = 512
)

var hexDigits = regexp.MustCompile(`^[0-9a-f]{64}$`)

// rowText is a mark, or a row without its place in a chain.
type rowText struct {
	TxID     string   `json:"txId"`
	RecordID string   `json:"recordId"`
	Event    string   `json:"event"`
	Time     string   `json:"time"`
	Roles    []string `json:"roles" least:"1" most:"9"`
	Wrong    *bool    `json:"wrong" may:"lack"`
	Bond     string   `json:"bond" may:"lack" among:"aggregation association other"`
	Change   string   `json:"change" may:"lack" among:"add see remove empty"`
	Parent   *string  `json:"parent" may:"lack"`
}

// link is the place of a row in the chain of its trace.
type link struct {
	Ver          float64 `json:"ver"`
	PreTraceTxID *string `json:"preTraceTxId"`
	PreTraceHash *string `json:"preTraceHash"`
}

const roles = "child input lot output parent process process-gives process-takes subject"

func isTime(written string) bool {
	const form = "2006-01-02T15:04:05.000Z"
	read, err := time.Parse(form, written)
	return err == nil && read.Format(form) == written
}

// parseCanonical gives the value of a canonical JSON text.
func parseCanonical(written string, most int) (any, bool) {
	if len(written) > most {
		return nil, false
	}
	value, err := text.Parse(written)
	return value, err == nil && text.IsCanonical(written, value)
}

// readRow reads the text of a row or mark at a key, which a transaction wrote; nil where it is not of our form. A mark has
// no link.
func readRow(txID, traceID, markOf, written string) (*lineage.Row, *link) {
	value, valid := parseCanonical(written, maxRow)
	var read struct {
		rowText
		link
	}
	nature, err := traceid.NatureOf(traceID)
	if !valid || err != nil {
		return nil, nil
	}
	at := &read.link
	if markOf == "" {
		err = text.Read(value, &read, badProof)
	} else {
		at, err = nil, text.Read(value, &read.rowText, badProof)
	}
	r := read.rowText
	if err != nil || r.TxID != txID || markOf != "" && r.RecordID != markOf || at != nil && !at.isValid() ||
		!hexDigits.MatchString(r.RecordID) || !hexDigits.MatchString(r.Event) || !isTime(r.Time) || r.Wrong != nil && !*r.Wrong {
		return nil, nil
	}
	isMarked := true
	for i, role := range r.Roles {
		if !slices.Contains(strings.Fields(roles), role) || i > 0 && role <= r.Roles[i-1] ||
			role != "process" && strings.HasPrefix(role, "process") && slices.Contains(r.Roles, "process") {
			return nil, nil
		}
		isMarked = isMarked && (role == "lot" || strings.HasPrefix(role, "process"))
	}
	row := &lineage.Row{Said: lineage.Said{
		RecordID: r.RecordID, Event: r.Event, Time: r.Time, Wrong: r.Wrong != nil, Bond: r.Bond, Change: r.Change,
	}, Roles: r.Roles}
	isChild := slices.Contains(r.Roles, "child")
	if r.Parent != nil {
		if _, err := traceid.NatureOf(*r.Parent); err != nil || !isChild {
			return nil, nil
		}
		row.Parent = *r.Parent
	}
	if (isMarked || nature == traceid.Class) == (at != nil) || !fit(&row.Said, isChild, slices.Contains(r.Roles, "parent")) {
		return nil, nil
	}
	return row, at
}

func (l *link) isValid() bool {
	isFirst := l.Ver == 1
	if l.Ver < 1 || l.Ver > 1<<53-1 || l.Ver != float64(int64(l.Ver)) ||
		(l.PreTraceTxID == nil) != isFirst || (l.PreTraceHash == nil) != isFirst {
		return false
	}
	return isFirst || hexDigits.MatchString(*l.PreTraceTxID) && hexDigits.MatchString(*l.PreTraceHash)
}

// fit checks bond and change against roles: of one identifier, or of a whole record.
func fit(said *lineage.Said, hasChild, hasParent bool) bool {
	switch {
	case said.Bond == "":
		return !hasChild && !hasParent && said.Change != "empty"
	case said.Change == "", said.Bond == "other" && said.Change != "see":
		return false
	}
	return said.Change != "empty" || !hasChild
}
