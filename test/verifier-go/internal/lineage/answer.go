// Package lineage computes what a product was made of and went into, from what a proof shows (docs/formats.md, Lineage).
// It states the rules of the text one by one, and is not made for speed.
package lineage

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"

	"cotrace.example/verifier/internal/text"
)

type (
	Place struct {
		Domain       string `json:"domain"`
		TxID         string `json:"txId"`
		Organisation string `json:"organisation"`
	}
	// Said is what the row and the record of an event both say.
	Said struct {
		RecordID string `json:"recordId"`
		Event    string `json:"event"`
		Time     string `json:"time"`
		Wrong    bool   `json:"wrong"`
		Bond     string `json:"bond" may:"null"`
		Change   string `json:"change" may:"null"`
	}
	Row struct {
		Said
		Roles  []string `json:"roles"`
		Parent string   `json:"parent" may:"null"`
	}
	// Amount is a quantity; the unit of a bare number is null.
	Amount struct {
		Value string  `json:"value"`
		Unit  *string `json:"unit"`
	}
	Entry struct {
		ID      string    `json:"id"`
		Role    string    `json:"role" among:"subject input output parent child lot process"`
		Lot     string    `json:"lot" may:"null"`
		Amounts *[]Amount `json:"amounts" least:"1" most:"1000"`
	}
	Record struct {
		Said
		Step    *string `json:"step"`
		Entries []Entry `json:"traces"`
	}
	// Shown is an event of a trace as a proof shows it, or some of which nothing is shown.
	Shown struct {
		Kind         string  `json:"shown" among:"hidden place row record"`
		Organisation string  `json:"organisation" may:"lack"` // of hidden ones; empty where nobody knows
		Place        *Place  `json:"place" may:"lack"`
		Row          *Row    `json:"row" may:"lack"`
		Record       *Record `json:"record" may:"lack"`
		More         int     // further hidden ones
	}
	Asked struct {
		TraceID   string    `json:"traceId"`
		Direction string    `json:"direction" among:"none up down both"`
		Recorders *[]string `json:"recorders" least:"1"`
		Limits    struct {
			Identifiers int `json:"identifiers" least:"1" most:"10000"`
			Events      int `json:"events" least:"1" most:"100000"`
		} `json:"limits"`
	}
	Question struct {
		Asked
		RootTime string                      `json:"rootTime" may:"null"`
		NatureOf func(traceID string) string // class, lot, instance
	}
	Status struct {
		Certain bool     `json:"certain"`
		Because []string `json:"because"`
	}
	Identifier struct {
		TraceID string   `json:"traceId"`
		As      []string `json:"as"`
		Status
	}
	Event struct {
		Place
		RecordID string `json:"recordId"`
		Time     string `json:"time"`
		Status
	}
	Undecided struct {
		From    *string  `json:"from"`
		To      *string  `json:"to"`
		Because []string `json:"because"`
	}
	Declaration struct {
		Place
		Declared string `json:"declared"`
		RecordID string `json:"recordId"`
	}
	// Unmatched is a declaration of an event that is not recorded.
	Unmatched struct {
		Place
		RecordID string `json:"recordId"`
	}
	Foreign struct {
		Place
		TraceID string `json:"traceId"`
	}
	Cut struct {
		TraceID      string  `json:"traceId"`
		Organisation *string `json:"organisation"`
	}
	Answer struct {
		Identifiers   []Identifier  `json:"identifiers"`
		Events        []Event       `json:"events"`
		Containers    []text.Object `json:"containers"`
		Lots          []text.Object `json:"lots"`
		LeftOut       []Declaration `json:"leftOut"`
		Disputes      []Declaration `json:"disputes"`
		Unmatched     []Unmatched   `json:"unmatched"`
		Foreign       []Foreign     `json:"foreign"`
		Repeated      []text.Object `json:"repeated"`
		WithoutOrigin []string      `json:"withoutOrigin"`
		Future        []string      `json:"future"`
		Open          []text.Object `json:"open"`
		Cut           []Cut         `json:"cut"`
		Complete      bool          `json:"complete"`
	}
)

// MayCount says whether the word of an organisation counts, or may: of the empty one nobody knows who it is.
func (q *Question) MayCount(organisation string) bool {
	return organisation == "" || q.Recorders == nil || slices.Contains(*q.Recorders, organisation)
}

// Of gives a lineage, and the traces that must be shown for it, with the places of the events that must be shown as record.
func Of(question Question, traces map[string][]Shown) (*Answer, map[string][]int) {
	h, a := newHistory(question, traces), &Answer{}
	certain, all := h.layer(plainly), h.layer(wholly)
	for _, id := range slices.SortedFunc(maps.Keys(all.ways), text.Compare) {
		a.Identifiers = append(a.Identifiers, Identifier{id, text.Sorted(all.ways[id]), statusOf(certain.ways[id] != nil, all.because[id])})
		a.addFacts(id, all)
		a.addContainer(id, all)
	}
	a.addEvents(certain, all)
	a.addUnmatched(all)
	needs := a.addOpenEnds(all)
	a.Foreign, a.Cut = text.Listed(h.foreign), text.Listed(h.cut)
	a.Complete = len(a.Open) == 0 && !slices.ContainsFunc(a.Cut, func(one Cut) bool {
		return one.Organisation == nil || h.MayCount(*one.Organisation)
	})
	return a, needs
}

func statusOf(isCertain bool, because set[why]) Status {
	return Status{isCertain, when(!isCertain, strings.Fields(cmp.Or(join(text.Sorted(because)...), "BEYOND")))}
}

func (a *Answer) addFacts(id string, all *layer) {
	plain := filter(all.events[id], (*event).counts)
	made := setOf(filter(plain, (*event).makes), eventOf)
	used := setOf(filter(plain, func(e *event) bool { return e.has("input") }), eventOf)
	hasOrigin := slices.ContainsFunc(plain, func(e *event) bool { return e.has("output") || e.Change == "add" })
	isInstance, isProduct := all.NatureOf(id) == "instance", all.ways[id]["product"]
	if isInstance && (len(made) > 1 || len(used) > 1) {
		a.Repeated = append(a.Repeated, text.Object{"traceId": id, "made": len(made), "used": len(used)})
	}
	if isProduct && !hasOrigin {
		a.WithoutOrigin = append(a.WithoutOrigin, id)
	}
	lots := set[string]{}
	for _, e := range filter(all.events[id], func(*event) bool { return isInstance && isProduct }) {
		for _, one := range e.record.Entries {
			if one.ID == id && one.Lot != "" && all.isBound(e, one.Lot) && !lots[one.Lot] {
				lots[one.Lot] = true
				a.Lots = append(a.Lots, text.Object{"item": id, "lot": one.Lot})
			}
		}
	}
}

func (a *Answer) addContainer(id string, all *layer) {
	if len(all.followed[id]) == 0 {
		return
	}
	byText := map[string]text.Object{}
	for w := range all.followed[id] {
		var undecided []Undecided
		for _, one := range filter(w.parts, part.isUndecided) {
			undecided = append(undecided, Undecided{orNull(one.from), orNull(one.to), strings.Fields(one.because)})
		}
		rest := []any{orNull(w.to), text.Sorted(w.openedBy), text.Sorted(w.closedBy), text.Listed(undecided)}
		byText[text.InOrder(append([]any{w.child, w.bond, w.from}, rest...))] = text.Object{
			"child": w.child, "bond": w.bond, "from": orNull(w.from), "to": rest[0], "openedBy": rest[1], "closedBy": rest[2], "undecided": rest[3],
		}
	}
	windows := []text.Object{}
	for _, one := range slices.SortedFunc(maps.Keys(byText), text.Compare) {
		windows = append(windows, byText[one])
	}
	others := filter(all.events[id], func(e *event) bool { return all.shown[e.key()] == nil })
	openings := filter(others, func(e *event) bool { return e.loads() && e.counts() })
	uses := text.Object{"events": len(others), "openings": len(openings)}
	a.Containers = append(a.Containers, text.Object{"traceId": id, "windows": windows, "otherUses": uses})
}

func orNull(at string) *string {
	return when(at != since && at != forever, &at)
}

func (a *Answer) addEvents(certain, all *layer) {
	for _, e := range slices.SortedFunc(maps.Values(all.first), inOrder) {
		a.Events = append(a.Events, Event{e.Place, e.RecordID, e.Time, statusOf(certain.shown[e.key()] != nil, all.shown[e.key()])})
	}
	events, disputed := slices.Concat(slices.Collect(maps.Values(all.events))...), set[eventKey]{}
	slices.SortFunc(events, inOrder)
	for _, e := range filter(events, func(e *event) bool { return all.ways[e.id] != nil && all.shown[e.key()] != nil }) {
		for _, d := range all.declarations[e.id] {
			about := Declaration{d.Place, e.RecordID, d.RecordID}
			isOwn := slices.Contains(e.declared, d) && all.MayCount(e.Organisation)
			switch {
			case d.Event != e.Event || isOwn && (!d.isRecord() || !e.isRecord()):
			case all.takesBack(d, e):
				a.LeftOut = append(a.LeftOut, about)
			case !disputed[d.key()]:
				disputed[d.key()] = true
				a.Disputes = append(a.Disputes, about)
			}
		}
	}
	a.LeftOut, a.Disputes = text.Listed(a.LeftOut), text.Listed(a.Disputes)
	// Of too many events those that are not certain are left first, then the latest.
	for _, isCertain := range []bool{false, true} {
		for i := len(a.Events) - 1; i >= 0 && len(a.Events) > all.Limits.Events; i-- {
			if by := a.Events[i].Organisation; a.Events[i].Certain == isCertain {
				all.cut = append(all.cut, Cut{all.TraceID, &by})
				a.Events = slices.Delete(a.Events, i, i+1)
			}
		}
	}
	root, err := time.Parse(time.RFC3339, all.RootTime)
	latest := root.Add(time.Hour).Format("2006-01-02T15:04:05.000Z")
	for _, e := range filter(a.Events, func(e Event) bool { return err == nil && e.Time > latest }) {
		a.Future = append(a.Future, e.RecordID)
	}
}

// addUnmatched tells of declarations in traces of products that hide nothing, of events that no trace reached has.
func (a *Answer) addUnmatched(all *layer) {
	known := set[string]{}
	for id := range all.ways {
		maps.Copy(known, setOf(all.events[id], eventOf))
	}
	for id := range all.ways {
		isHidden := slices.ContainsFunc(all.traces[id], func(one Shown) bool { return one.Row == nil })
		for _, d := range filter(all.declarations[id], func(d *event) bool { return !known[d.Event] }) {
			if all.ways[id]["product"] && !isHidden {
				a.Unmatched = append(a.Unmatched, Unmatched{d.Place, d.RecordID})
			}
		}
	}
	a.Unmatched = text.Listed(a.Unmatched)
}

func (a *Answer) addOpenEnds(all *layer) map[string][]int {
	needs := map[string][]int{}
	for _, id := range slices.SortedFunc(maps.Keys(all.needed), text.Compare) {
		for _, e := range all.events[id] {
			if len(e.declared) > 0 || all.ways[id]["container"] && all.shown[e.key()] != nil {
				all.need(id, append(e.declared, e)...)
			}
		}
		for i := range all.misread[id] {
			all.needed[id][i] = true
			all.foreign = append(all.foreign, Foreign{*all.traces[id][i].Place, id})
		}
		needs[id] = text.Sorted(all.needed[id])
		shown, isKnown := all.traces[id]
		missing := 0
		for i, one := range shown {
			isEnough := one.Record != nil || one.Row != nil && !all.needed[id][i]
			if by := cmp.Or(one.Place, &Place{Organisation: one.Organisation}).Organisation; !isEnough && all.MayCount(by) {
				missing += 1 + one.More
			}
		}
		if !isKnown || missing > 0 {
			what := cmp.Or(when(!isKnown, "trace"), "events")
			a.Open = append(a.Open, text.Object{"traceId": id, "missing": what, "events": missing})
		}
	}
	return needs
}
