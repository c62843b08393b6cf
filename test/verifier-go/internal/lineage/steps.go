package lineage

import (
	"cmp"
	"maps"
	"math/big"
	"slices"

	"cotrace.example/verifier/internal/text"
)

// step is what one or several records of a pair say alike.
type step struct {
	kind    string // empty, remove, add, see
	at      string
	said    string
	amounts map[string]*big.Rat // by unit
	tellers map[why]set[string] // by what there is against them
	own     why                 // the least of that
	by      set[string]         // who tells it best
}

func (s *step) adds() bool   { return s.kind == "add" }
func (s *step) closes() bool { return s.own == "" && (s.kind == "empty" || s.kind == "remove") }

// steps of a pair by time, also by those of which nothing is said: of one time what there is least against is first, then by
// event.
func (h *history) steps(p pair, how reading) map[string][]*step {
	bySaid, steps := map[string]*step{}, map[string][]*step{}
	tell := func(e *event, amounts *[]Amount) {
		// A removal that does not count tells that the child was in, whoever else tells that it was taken out.
		said := text.InOrder([]any{e.Event, e.Change, e.Time, amounts, e.Change == "remove" && !e.counts()})
		s := bySaid[said]
		if s == nil {
			s = &step{kind: e.Change, at: e.Time, said: said, amounts: map[string]*big.Rat{}, tellers: map[why]set[string]{}}
			bySaid[said], steps[e.Time] = s, append(steps[e.Time], s)
		}
		for _, one := range *cmp.Or(amounts, new([]Amount)) {
			s.amounts[text.InOrder(one.Unit)], _ = new(big.Rat).SetString(one.Value)
		}
		addTo(s.tellers, e.own, e.Organisation)
		s.own = slices.Min(slices.Collect(maps.Keys(s.tellers)))
		s.by = s.tellers[s.own]
	}
	_, isShown := h.traces[p.child]
	for _, e := range slices.Concat(h.events[p.child], h.events[p.parent]) {
		steps[e.Time] = append(steps[e.Time], nil...)
		isOfChild := e.id == p.child && e.has("child") && e.Parent == p.parent && h.isBound(e, p.parent)
		isEmpty := e.id == p.parent && e.has("parent") && e.Change == "empty"
		switch {
		case e.Bond != p.bond || how.isPlain() && !e.counts() || how == unemptied && isEmpty:
		case isEmpty || isOfChild && !e.isRecord():
			tell(e, nil)
		case isOfChild || !isShown && e.has("parent"):
			// Of a child whose trace is not shown, the parent's records say what they say.
			for _, entry := range e.record.Entries {
				if entry.ID == p.child && entry.Role == "child" && !h.isPassedOver(entry) {
					tell(e, entry.Amounts)
				}
			}
		}
	}
	for _, ofTime := range steps {
		slices.SortFunc(ofTime, func(a, b *step) int { return cmp.Or(cmp.Compare(a.own, b.own), cmp.Compare(a.said, b.said)) })
	}
	return steps
}
