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

const (
	maxRecord    = 8 << 20
	maxRows      = 1000
	maxAmounts   = 1000
	maxCorrected = 1000
	maxText      = 512
)

// recordText is a record that is of our form.
type recordText struct {
	lineage.Record // without a record id, which depends on who recorded it
	value          text.Object
}

var (
	eventHash   = regexp.MustCompile(`^ni:///sha-256;[0-9a-f]{64}\?ver=CBV2\.0$`)
	absoluteURI = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9+.-]*:[\x21-\x7e]+$`)
	printable   = regexp.MustCompile(`^[\x21-\x7e]+$`)
	decimal     = regexp.MustCompile(`^(?:0|[1-9]\d{0,29})(?:\.\d{0,14}[1-9])?$`)
	unitText    = regexp.MustCompile(`^[\x20-\x7e]{1,32}$`)
	entryRoles  = words("subject input output parent child lot process")
)

// readRecord reads the text of a record; nil where it is not one that the contract takes.
func readRecord(written string) *recordText {
	value, err := text.Parse(written)
	if err != nil || len(written) > maxRecord || !text.IsCanonical(written, value) {
		return nil
	}
	s := text.ShapeOf(value, badProof)
	record := &recordText{}
	record.value, _ = value.(text.Object)
	record.Step, record.Time = s.TextOrNull("step"), s.Text("eventTime")
	record.Bond, record.Change = optionalOrNull(s, "bond", bonds), optionalOrNull(s, "change", changes)
	hash, id := s.Text("eventHash"), s.TextOrNull("eventID")
	if _, is := s.Any("data").(text.Object); !is {
		return nil
	}
	if record.Step != nil && (!printable.MatchString(*record.Step) || len(*record.Step) > maxText) ||
		!isTime(record.Time) || !eventHash.MatchString(hash) || id != nil && !isURI(*id) {
		return nil
	}
	record.Wrong = readCorrects(s)
	for _, item := range s.List("traces", 8*maxRows) {
		entry, valid := readEntry(item)
		if !valid {
			return nil
		}
		record.Entries = append(record.Entries, entry)
	}
	if s.Err() != nil || !record.agrees() {
		return nil
	}
	record.Event = hashOf([]any{hash, textOrNull(id)})
	return record
}

func isURI(written string) bool { return absoluteURI.MatchString(written) && len(written) <= maxText }

func textOrNull(written *string) any {
	if written == nil {
		return nil
	}
	return *written
}

// hashOf is the hexadecimal hash of canonical JSON.
func hashOf(value any) string {
	written, err := text.Canonical(value)
	if err != nil {
		return ""
	}
	hash := sha256.Sum256([]byte(written))
	return hex.EncodeToString(hash[:])
}

func optionalOrNull(s *text.Shape, name string, among map[string]bool) string {
	word := s.TextOrNull(name)
	if word == nil {
		return ""
	}
	if !among[*word] {
		s.Refuse("%s is %q", name, *word)
	}
	return *word
}

func readCorrects(s *text.Shape) bool {
	if s.Any("corrects") == nil {
		return false
	}
	list := s.List("corrects", maxCorrected)
	for _, item := range list {
		if uri, is := item.(string); !is || !isURI(uri) {
			s.Refuse("corrects has other than URIs")
		}
	}
	return true
}

func readEntry(item any) (lineage.Entry, bool) {
	s := text.ShapeOf(item, badProof)
	entry := lineage.Entry{ID: s.Text("id"), Role: s.Text("role")}
	if lot := s.TextOrNull("lot"); lot != nil {
		entry.Lot = *lot
	}
	if s.Any("amounts") != nil {
		entry.HasAmounts = true
		list := s.List("amounts", maxAmounts)
		for i, one := range list {
			a := text.ShapeOf(one, badProof)
			amount := lineage.Amount{Value: a.Text("value"), Unit: a.TextOrNull("unit")}
			if a.Err() != nil || !decimal.MatchString(amount.Value) || amount.Value == "0" || amount.Unit != nil && !unitText.MatchString(*amount.Unit) {
				return entry, false
			}
			if i > 0 && unitBefore(amount.Unit, entry.Amounts[i-1].Unit) {
				return entry, false
			}
			entry.Amounts = append(entry.Amounts, amount)
		}
		if len(list) == 0 {
			return entry, false
		}
	}
	return entry, s.Err() == nil && entryRoles[entry.Role]
}

func unitBefore(a, b *string) bool {
	if a == nil || b == nil {
		return a == nil && b != nil
	}
	return *a < *b
}

// agrees says whether the entries of a record fit each other, its bond and its change.
func (r *recordText) agrees() bool {
	seen := map[[3]string]bool{}
	has := map[string]bool{}
	parents, rows, marks := 0, 0, 0
	onlyMarked, natures := map[string]bool{}, map[string]string{}
	for _, entry := range r.Entries {
		key := [3]string{entry.ID, entry.Role, entry.Lot}
		nature, err := traceid.NatureOf(entry.ID)
		if err != nil || seen[key] || entry.Role == "lot" && nature != traceid.Lot {
			return false
		}
		seen[key], has[entry.Role], natures[entry.ID] = true, true, nature
		if entry.Role == "parent" {
			parents++
		}
		before, known := onlyMarked[entry.ID]
		onlyMarked[entry.ID] = (before || !known) && (entry.Role == "lot" || entry.Role == "process" || nature == traceid.Class)
	}
	for _, marked := range onlyMarked {
		if marked {
			marks++
		} else {
			rows++
		}
	}
	for _, entry := range r.Entries {
		if entry.Lot != "" && (natures[entry.Lot] != traceid.Lot || !ofProduct(entry.ID, natures[entry.ID], entry.Lot)) {
			return false
		}
	}
	if r.Bond != "" && !has["parent"] && !has["child"] || parents > 1 || r.Change == "empty" && (!has["parent"] || r.Bond == "other") {
		return false
	}
	return fits(&r.Said, has) && rows <= maxRows && marks <= maxRows
}

// ofProduct says whether a lot is one of the product that an identifier is an instance or the class of.
func ofProduct(id, nature, lot string) bool {
	product, _, _ := strings.Cut(lot, "/10/")
	if nature == traceid.Class {
		return id == product
	}
	return nature == traceid.Instance && strings.HasPrefix(id, product+"/21/")
}
