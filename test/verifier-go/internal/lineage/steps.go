package lineage

import (
	"cmp"
	"maps"
	"slices"

	"cotrace.example/verifier/internal/text"
)

type pair struct{ parent, child, bond string }

// parentsOf an identifier, with the bonds.
func (h *history) parentsOf(id string) []pair {
	pairs := set[pair]{}
	for _, e := range h.events[id] {
		if e.has("child") && h.isPlainly(e, "child") {
			pairs[pair{e.Parent, id, e.Bond}] = true
		}
	}
	return sortedPairs(pairs)
}

// childrenOf an identifier, with the bonds.
func (h *history) childrenOf(id string) []pair {
	pairs := set[pair]{}
	for _, e := range h.events[id] {
		if e.has("parent") {
			for _, child := range h.leads(e, "child") {
				pairs[pair{id, child, e.Bond}] = true
			}
		}
	}
	return sortedPairs(pairs)
}

func sortedPairs(pairs set[pair]) []pair {
	return slices.SortedFunc(maps.Keys(pairs), func(a, b pair) int {
		return cmp.Or(cmp.Compare(a.parent, b.parent), cmp.Compare(a.child, b.child), cmp.Compare(a.bond, b.bond))
	})
}

// step is what one or several records of a pair say alike.
type step struct {
	kind    string // empty, remove, add, see
	at      int
	amounts *[]Amount
	own     why
	by      set[string]
	event   string
}

// steps of a pair in one layer, by time; tellings of equal event, time, change and amounts are one.
func (h *history) steps(p pair, all bool) []*step {
	byText := map[string]*step{}
	take := func(e *event, amounts *[]Amount) {
		if e.Bond != p.bond || !all && !e.counts() {
			return
		}
		// A removal that does not count tells that the child was in, whoever else tells that it was taken out.
		said := text.InOrder([]any{e.Change, e.Event, e.Time, amounts, e.Change == "remove" && !e.counts()})
		s := byText[said]
		if s == nil {
			s = &step{e.Change, e.at, amounts, e.own, set[string]{}, e.Event}
			byText[said] = s
		}
		// Who tells it best counts.
		own := worth(s.own, e.own)
		if own != s.own {
			s.by = set[string]{}
		}
		if own == e.own {
			s.by[e.Organisation] = true
		}
		s.own = own
	}
	for _, e := range h.events[p.child] {
		if e.has("child") && e.Parent == p.parent && h.isPlainly(e, "child") {
			var amounts *[]Amount
			for _, entry := range e.entries() {
				if entry.Role == "child" {
					amounts = entry.Amounts
				}
			}
			take(e, amounts)
		}
	}
	_, isShown := h.traces[p.child]
	for _, e := range h.events[p.parent] {
		if e.has("parent") && e.Change == "empty" {
			take(e, nil)
		}
		// Of a child whose trace is not shown, the parent's records say what they say.
		if !isShown && e.has("parent") && e.record != nil {
			for _, entry := range e.record.Entries {
				if entry.ID == p.child && entry.Role == "child" {
					take(e, entry.Amounts)
				}
			}
		}
	}
	return slices.SortedFunc(maps.Values(byText), func(a, b *step) int {
		return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.event, b.event), cmp.Compare(a.kind, b.kind))
	})
}

// span is from one position to another, both included, and what makes it undecided.
type span struct {
	from, to int
	because  why
}

func meet(a, b span) (span, bool) {
	both := span{max(a.from, b.from), min(a.to, b.to), a.because | b.because}
	return both, both.from <= both.to
}

// window is when a child was in a parent; its parts rise, and each ends where the next begins.
type window struct {
	span
	openedBy, closedBy set[string]
	parts              []span
	floor              int  // from when on an event of the parent gives standing to end it
	isVouched          bool // whether not only strangers tell of it
}

func (h *history) always() span { return span{to: h.behindAll} }

type reading struct {
	pair pair
	all  bool
}

// windows of a pair: in `certain` as what counts tells it; in `all` as everything does, where strangers close nothing, and
// undecided also where what counts leaves it open.
func (h *history) windows(p pair, all bool) (windows []*window) {
	if !all {
		return h.read(p, false)
	}
	for _, read := range h.read(p, true) {
		w := *read
		w.parts = slices.Clone(read.parts)
		for _, plain := range h.read(p, false) {
			for _, part := range plain.parts {
				if cut, meets := meet(part, read.span); meets && cut.because != 0 {
					w.parts = append(w.parts, cut)
				}
			}
		}
		windows = append(windows, &w)
	}
	return windows
}

// read gives the windows of one reading, which are kept.
func (h *history) read(p pair, all bool) []*window {
	windows, isKnown := h.windowsOf[reading{p, all}]
	if !isKnown {
		windows = (&machine{h: h, pair: p, all: all}).run(h.steps(p, all))
		h.windowsOf[reading{p, all}] = windows
	}
	return windows
}

// windowsUnemptied are those that there would be in `all` if nobody had emptied the parent.
func (h *history) windowsUnemptied(p pair) []*window {
	m := &machine{h: h, pair: p, all: true}
	return m.run(slices.DeleteFunc(h.steps(p, true), func(s *step) bool { return s.kind == "empty" }))
}

// windowsOfFamiliar are those of `certain` by what the familiar tell, with all closings.
func (h *history) windowsOfFamiliar(p pair) []*window {
	m := &machine{h: h, pair: p, familiar: true}
	return m.run(slices.DeleteFunc(h.steps(p, false), func(s *step) bool {
		return s.kind != "empty" && s.kind != "remove" && !m.isByFamiliar(s)
	}))
}
