package lineage

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"cotrace.example/verifier/internal/text"
)

// Of gives the lineage that events show, and what must be shown for it: traces, and of each the places of the events that
// must be shown as record.
func Of(question Question, traces map[string][]Shown) (*Answer, map[string][]int) {
	h := newHistory(question, traces)
	directions := []string{question.Direction}
	if question.Direction == "both" {
		directions = []string{"up", "down"}
	}
	var layers [2]*layer
	for i := range layers {
		layers[i] = &layer{
			all: i == 1, ways: map[string]set[string]{}, because: map[string]why{}, shown: map[eventKey]why{},
			followed: set[stay]{}, consulted: set[string]{}, needed: set[*event]{},
		}
		for _, direction := range directions {
			h.close(layers[i], direction)
		}
	}
	certain, all := layers[0], layers[1]
	a := &Answer{}
	for _, id := range slices.SortedFunc(maps.Keys(all.ways), text.Compare) {
		status := statusOf(certain.ways[id] != nil, all.because[id])
		a.Identifiers = append(a.Identifiers, Identifier{id, sorted(all.ways[id]), status})
		h.tellOf(a, id, all)
	}
	h.addEvents(a, certain, all)
	h.addUnmatched(a, all)
	a.Foreign = text.Listed(h.foreign)
	needs := h.needs(all)
	h.addOpenEnds(a, needs)
	a.Cut = text.Listed(h.cut)
	a.Complete = len(a.Open) == 0 && !slices.ContainsFunc(a.Cut, func(one Cut) bool {
		return one.Organisation == nil || h.MayCount(*one.Organisation)
	})
	return a, needs
}

func statusOf(isCertain bool, because why) Status {
	switch {
	case isCertain:
		return Status{true, nil}
	case because == 0:
		return Status{false, []string{"BEYOND"}}
	}
	return Status{false, because.texts()}
}

// addUnmatched tells of declarations in traces of products that hide nothing, of events that no trace reached has.
func (h *history) addUnmatched(a *Answer, all *layer) {
	known := set[string]{}
	for id := range all.ways {
		for _, e := range h.events[id] {
			known[e.Event] = true
		}
	}
	for id, ways := range all.ways {
		if !ways["product"] || slices.ContainsFunc(h.traces[id], func(one Shown) bool { return one.Row == nil }) {
			continue
		}
		for _, d := range h.declarations[id] {
			if !known[d.Event] {
				a.Unmatched = append(a.Unmatched, Unmatched{d.Place, d.RecordID})
			}
		}
	}
	a.Unmatched = text.Listed(a.Unmatched)
}

func (h *history) addEvents(a *Answer, certain, all *layer) {
	times, disputed := map[eventKey]string{}, set[eventKey]{}
	for _, e := range slices.SortedFunc(slices.Values(slices.Concat(slices.Collect(maps.Values(h.events))...)), inOrder) {
		times[e.key()] = e.Time
		if _, isShown := all.shown[e.key()]; !isShown {
			continue
		}
		for _, d := range h.declarations[e.id] {
			told := Declaration{d.Place, e.RecordID, d.RecordID}
			switch takes, isKnown := h.takesBack(d, e); {
			case d.Event != e.Event || !isKnown:
			case takes:
				a.LeftOut = append(a.LeftOut, told)
			case !disputed[d.key()]:
				disputed[d.key()] = true
				a.Disputes = append(a.Disputes, told)
			}
		}
	}
	a.LeftOut, a.Disputes = text.Listed(a.LeftOut), text.Listed(a.Disputes)
	for key, because := range all.shown {
		_, isCertain := certain.shown[key]
		a.Events = append(a.Events, Event{key.Place, key.recordID, times[key], statusOf(isCertain, because)})
	}
	slices.SortFunc(a.Events, func(x, y Event) int {
		return cmp.Or(cmp.Compare(x.Time, y.Time), cmp.Compare(x.RecordID, y.RecordID), text.Compare(x.Domain, y.Domain),
			cmp.Compare(x.TxID, y.TxID))
	})
	// Of too many events those that are not certain are left first, then the latest.
	for _, isCertain := range []bool{false, true} {
		for i := len(a.Events) - 1; i >= 0 && len(a.Events) > h.Limits.Events; i-- {
			if a.Events[i].Certain == isCertain {
				h.leave(h.TraceID, a.Events[i].Organisation)
				a.Events = slices.Delete(a.Events, i, i+1)
			}
		}
	}
	root, err := time.Parse(time.RFC3339, h.RootTime)
	for _, e := range a.Events {
		at, bad := time.Parse(time.RFC3339, e.Time)
		if err == nil && bad == nil && at.After(root.Add(time.Hour)) {
			a.Future = append(a.Future, e.RecordID)
		}
	}
}

// tellOf tells what else is known of an identifier.
func (h *history) tellOf(a *Answer, id string, all *layer) {
	made, used, hasOrigin := set[string]{}, set[string]{}, false
	for _, e := range h.events[id] {
		if !e.counts() {
			continue
		}
		if e.makes() {
			made[e.Event] = true
		}
		if e.has("input") {
			used[e.Event] = true
		}
		hasOrigin = hasOrigin || e.has("output") || e.Change == "add"
	}
	isInstance, isProduct := h.NatureOf(id) == "instance", all.ways[id]["product"]
	if isInstance && (len(made) > 1 || len(used) > 1) {
		a.Repeated = append(a.Repeated, Repeated{id, len(made), len(used)})
	}
	if isProduct && !hasOrigin {
		a.WithoutOrigin = append(a.WithoutOrigin, id)
	}
	seen := set[string]{}
	for _, e := range slices.SortedFunc(slices.Values(h.events[id]), inOrder) {
		for _, entry := range e.entries() {
			if isInstance && isProduct && entry.Lot != "" && !seen[entry.Lot] && h.isBound(e, entry.Lot) {
				seen[entry.Lot] = true
				a.Lots = append(a.Lots, LotOf{id, entry.Lot})
			}
		}
	}
	h.addContainer(a, id, all)
}

// addContainer tells the windows that the lineage followed, and what else a container was used for.
func (h *history) addContainer(a *Answer, id string, all *layer) {
	windows := map[string]Window{}
	for s := range all.followed {
		for _, w := range h.read(s.pair, true) {
			if s.parent == id && w.from <= s.from && w.to >= s.to {
				told := h.windowOf(s.pair, w)
				from := cmp.Or(told.From, new(string))
				windows[text.InOrder([]any{s.child, s.bond, from})] = told
			}
		}
	}
	if len(windows) == 0 {
		return
	}
	container := Container{TraceID: id}
	for _, key := range slices.SortedFunc(maps.Keys(windows), text.Compare) {
		container.Windows = append(container.Windows, windows[key])
	}
	for _, e := range h.events[id] {
		if _, isShown := all.shown[e.key()]; isShown {
			continue
		}
		container.OtherUses.Events++
		if e.loads() && e.counts() {
			container.OtherUses.Openings++
		}
	}
	a.Containers = append(a.Containers, container)
}

func (h *history) windowOf(p pair, w *window) Window {
	var undecided []Undecided
	for _, other := range slices.Concat(h.read(p, true), h.read(p, false)) {
		for _, part := range other.parts {
			if cut, meets := meet(part, w.span); meets && cut.because != 0 {
				undecided = append(undecided, Undecided{h.timeOf(cut.from), h.timeOf(cut.to), cut.because.texts()})
			}
		}
	}
	return Window{
		p.child, p.bond, h.timeOf(w.from), h.timeOf(w.to), sorted(w.openedBy), sorted(w.closedBy), text.Listed(undecided),
	}
}

// timeOf a position; nil since ever and for never.
func (h *history) timeOf(at int) *string {
	if at <= beforeAll || at >= h.behindAll {
		return nil
	}
	return &h.times[at/2-1]
}

// needs lists what must be shown: traces, and of each the events that must be shown as record.
func (h *history) needs(all *layer) map[string][]int {
	needed := set[string]{}
	needed.join(all.consulted)
	needed.join(h.lacking)
	for id := range all.ways {
		needed[id] = true
	}
	needs := map[string][]int{}
	for id := range needed {
		wasInput := slices.ContainsFunc(h.events[id], func(e *event) bool { return e.has("input") })
		records := set[int]{}
		for _, e := range slices.Concat(h.events[id], h.declarations[id]) {
			_, isShown := all.shown[e.key()]
			isContained := !e.Wrong && all.ways[id]["container"] && (isShown || wasInput && h.Direction != "up")
			if isContained || all.needed[e] {
				records[e.index] = true
			}
		}
		for _, at := range h.misread[id] {
			records[at] = true
		}
		for _, e := range h.events[id] {
			for _, d := range h.ownDeclarations(e) {
				records[d.index], records[e.index] = true, true
			}
		}
		needs[id] = slices.AppendSeq([]int{}, maps.Keys(records))
		slices.Sort(needs[id])
	}
	return needs
}

// addOpenEnds adds needed traces that are not shown, or not far enough.
func (h *history) addOpenEnds(a *Answer, needs map[string][]int) {
	for _, id := range slices.SortedFunc(maps.Keys(needs), text.Compare) {
		shown, isKnown := h.traces[id]
		if !isKnown {
			a.Open = append(a.Open, OpenEnd{id, "trace", 0})
			continue
		}
		missing := 0
		for i, one := range shown {
			by := one.Organisation
			if one.Place != nil {
				by = one.Place.Organisation
			}
			isEnough := one.Record != nil || one.Row != nil && !slices.Contains(needs[id], i)
			if !isEnough && h.MayCount(by) {
				missing += 1 + one.More
			}
		}
		if missing > 0 {
			a.Open = append(a.Open, OpenEnd{id, "events", missing})
		}
	}
}
