package proof

import (
	"encoding/hex"
	"regexp"

	"cotrace.example/verifier/internal/events"
	"cotrace.example/verifier/internal/lineage"
	"cotrace.example/verifier/internal/text"
	"cotrace.example/verifier/internal/traceid"
)

const maxRow = 8 << 10

// rowText is a row or mark that is of our form.
type rowText struct {
	lineage.Row
	ver          float64
	preTraceTxID string
	isRow        bool
}

var (
	hexDigits = regexp.MustCompile(`^[0-9a-f]{64}$`)
	utcTime   = regexp.MustCompile(`^(\d{4})-(\d\d)-(\d\d)T([01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{3}Z$`)
	rowRoles  = words("child input lot output parent process process-gives process-takes subject")
	bonds     = words("aggregation association other")
	changes   = words("add see remove empty")
)

func words(list string) map[string]bool {
	set := map[string]bool{}
	for _, word := range regexp.MustCompile(`\S+`).FindAllString(list, -1) {
		set[word] = true
	}
	return set
}

func isTime(written string) bool {
	m := utcTime.FindStringSubmatch(written)
	if m == nil {
		return false
	}
	year, month, day := number(m[1]), number(m[2]), number(m[3])
	days := []int{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31}
	if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
		days[1] = 29
	}
	return month >= 1 && month <= 12 && day >= 1 && day <= days[month-1]
}

func number(digits string) int {
	value := 0
	for _, digit := range digits {
		value = 10*value + int(digit-'0')
	}
	return value
}

// readRow reads the text of a row or mark; nil where it is not of our form.
func readRow(leaf *events.Leaf, written string) *rowText {
	value, err := text.Parse(written)
	if err != nil || len(written) > maxRow || !text.IsCanonical(written, value) {
		return nil
	}
	s := text.ShapeOf(value, badProof)
	row := &rowText{isRow: leaf.RecordID == ""}
	row.RecordID, row.Event, row.Time = s.Text("recordId"), s.Text("event"), s.Text("time")
	if s.Text("txId") != hex.EncodeToString(leaf.TxID) || !hexDigits.MatchString(row.RecordID) || !hexDigits.MatchString(row.Event) || !isTime(row.Time) {
		return nil
	}
	for i, item := range s.List("roles", len(rowRoles)) {
		role, _ := item.(string)
		if !rowRoles[role] || i > 0 && role <= row.Roles[i-1] {
			return nil
		}
		row.Roles = append(row.Roles, role)
	}
	row.Bond, row.Change = optional(s, "bond", bonds), optional(s, "change", changes)
	if s.Has("wrong") {
		if row.Wrong, _ = s.Any("wrong").(bool); !row.Wrong {
			return nil
		}
	}
	if s.Has("parent") {
		row.Parent = s.Text("parent")
		if _, err := traceid.NatureOf(row.Parent); err != nil {
			return nil
		}
	}
	row.readChain(s)
	if s.Err() != nil || !row.agrees(leaf) {
		return nil
	}
	return row
}

func optional(s *text.Shape, name string, among map[string]bool) string {
	if !s.Has(name) {
		return ""
	}
	word := s.Text(name)
	if !among[word] {
		s.Refuse("%s is %q", name, word)
	}
	return word
}

// readChain reads the place of a row in the chain of its trace.
func (r *rowText) readChain(s *text.Shape) {
	if !r.isRow {
		return
	}
	r.ver = float64(s.Number("ver", 1, 1<<53-1))
	txID, hash := s.TextOrNull("preTraceTxId"), s.TextOrNull("preTraceHash")
	first := r.ver == 1
	if (txID == nil) != first || (hash == nil) != first {
		s.Refuse("no place in a chain")
		return
	}
	if !first {
		r.preTraceTxID = *txID
		if !hexDigits.MatchString(*txID) || !hexDigits.MatchString(*hash) {
			s.Refuse("not hashes")
		}
	}
}

// agrees says whether the members of a row or mark fit each other and its key.
func (r *rowText) agrees(leaf *events.Leaf) bool {
	nature, err := traceid.NatureOf(leaf.TraceID)
	if err != nil || len(r.Roles) == 0 || !r.isRow && r.RecordID != leaf.RecordID {
		return false
	}
	has := map[string]bool{}
	marked := true
	for _, role := range r.Roles {
		has[role] = true
		marked = marked && (role == "lot" || isProcess(role))
	}
	if marked = marked || nature == traceid.Class; marked == r.isRow {
		return false
	}
	return !(has["process"] && (has["process-gives"] || has["process-takes"])) && fits(&r.Said, has) &&
		(r.Parent == "" || has["child"])
}

func isProcess(role string) bool {
	return role == "process" || role == "process-gives" || role == "process-takes"
}

// fits checks bond and change against roles: of one identifier, or of a whole record.
func fits(said *lineage.Said, has map[string]bool) bool {
	switch {
	case (has["parent"] || has["child"]) && said.Bond == "":
		return false
	case said.Bond != "" && said.Change == "":
		return false
	case said.Bond == "other" && said.Change != "see":
		return false
	case said.Bond == "" && said.Change == "empty":
		return false
	}
	return !(said.Change == "empty" && has["child"])
}
