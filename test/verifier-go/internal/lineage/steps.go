package lineage

import (
	"math/big"
	"sort"
	"strings"
)

type pair struct {
	parent, child, bond string
}

// step is what one or several records of a pair say alike.
type step struct {
	kind          string // empty, remove, add, see
	at            int
	amounts       []Amount
	hasAmounts    bool
	own           []string
	organisations map[string]bool
	event         string
	first         string // the first of the record ids
}

// steps of a pair in one layer, by time; tellings of equal event, time, change and amounts are one.
func (h *history) steps(p pair, all bool) []*step {
	byText := map[string]*step{}
	take := func(e *event, kind string) {
		if e.said.Bond != p.bond || !all && !e.counts() {
			return
		}
		s := &step{kind: kind, at: e.at, own: e.own, organisations: map[string]bool{}, event: e.said.Event, first: e.said.RecordID}
		text := kind + " " + e.said.Event + " " + e.said.Time
		if kind != "empty" && e.record != nil {
			for _, entry := range e.record.Entries {
				if entry.ID == p.child && entry.Role == "child" {
					s.amounts, s.hasAmounts = entry.Amounts, entry.HasAmounts
					text += " " + amountsText(entry)
				}
			}
		}
		if kind == "remove" && !e.counts() {
			text += " told" // that the child was in, whoever else tells that it was taken out
		}
		s.organisations[e.place.Organisation] = true
		if known := byText[text]; known == nil {
			byText[text] = s
		} else {
			known.join(s)
		}
	}
	for _, e := range h.events[p.child] {
		if e.has(p.child, "child") && e.row.Parent == p.parent && h.plainly(e, p.child, "child") {
			take(e, e.said.Change)
		}
	}
	for _, e := range h.events[p.parent] {
		if e.has(p.parent, "parent") && e.said.Change == "empty" {
			take(e, "empty")
		}
	}
	steps := make([]*step, 0, len(byText))
	for _, text := range sortedKeys(byText) {
		steps = append(steps, byText[text])
	}
	sort.Slice(steps, func(i, j int) bool {
		a, b := steps[i], steps[j]
		return a.at < b.at || a.at == b.at && a.first < b.first
	})
	return steps
}

// worth is what there is against a claim that two events make: nothing where there is nothing against one of them.
func worth(a, b []string) []string {
	if len(a) == 0 || len(b) == 0 {
		return nil
	}
	both := union(a, b)
	if both[0] == "OTHER_RECORDER" {
		return both[:1]
	}
	return both
}

// join takes another telling of a step: who tells it best counts.
func (s *step) join(other *step) {
	own := worth(s.own, other.own)
	if !same(own, s.own) {
		s.organisations = map[string]bool{}
	}
	if same(own, other.own) {
		addAll(s.organisations, other.organisations)
	}
	s.own, s.first = own, min(s.first, other.first)
}

func same(a, b []string) bool {
	return strings.Join(a, " ") == strings.Join(b, " ")
}

func amountsText(entry Entry) string {
	if !entry.HasAmounts {
		return "-"
	}
	text := ""
	for _, amount := range entry.Amounts {
		unit := "-"
		if amount.Unit != nil {
			unit = "=" + *amount.Unit
		}
		text += amount.Value + unit + ","
	}
	return text
}

func unitText(unit *string) string {
	if unit == nil {
		return "-"
	}
	return "=" + *unit
}

func decimal(text string) *big.Rat {
	value, _ := new(big.Rat).SetString(text)
	return value
}

func addAll(into, from map[string]bool) {
	for one := range from {
		into[one] = true
	}
}

// union of two sorted lists of reasons.
func union(a, b []string) []string {
	set := map[string]bool{}
	for _, one := range append(append([]string{}, a...), b...) {
		set[one] = true
	}
	return sortedKeys(set)
}
