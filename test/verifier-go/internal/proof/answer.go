package proof

import (
	"maps"
	"math"
	"slices"
	"time"

	"cotrace.example/verifier/internal/attest"
	"cotrace.example/verifier/internal/events"
	"cotrace.example/verifier/internal/fault"
	"cotrace.example/verifier/internal/lineage"
	"cotrace.example/verifier/internal/text"
	"cotrace.example/verifier/internal/traceid"
)

// of an event of the lineage, in all traces that show it.
type of struct {
	lineage.Place
	recordID string
}

func (e *event) place() lineage.Place {
	return lineage.Place{Domain: e.leaf.Domain, TxID: e.leaf.TxID, Organisation: e.leaf.MspID}
}

// told is what a lineage takes of a trace: its events that are not foreign, and of each tree those that are not shown.
func (t *trace) told() (list []lineage.Shown) {
	for _, at := range t.open {
		if at.foreign {
			continue
		}
		place := at.place()
		one := lineage.Shown{Place: &place}
		if at.row != nil {
			one.Row = &at.row.Row
		}
		if at.record != nil {
			one.Record = at.record.shown(at.row.RecordID)
		}
		at.told, list = len(list), append(list, one)
	}
	for i, tree := range t.head {
		if hidden := t.hidden(i); hidden > 0 {
			list = append(list, lineage.Shown{Organisation: tree.MspID, More: hidden - 1})
		}
	}
	return list
}

// hidden is how many events of a tree are not open.
func (t *trace) hidden(tree int) int {
	hidden := int(t.head[tree].Count)
	for _, event := range t.trees[tree].Events {
		if event.leaf != nil {
			hidden--
		}
	}
	return hidden
}

// answer is step 7, and what is told.
func (f *file) answer(asOf, tips *attest.AsOf, envelopes []*envelope) any {
	asked := lineage.Question{Asked: f.Question.Asked, NatureOf: traceid.NatureOf}
	last := int64(min(asOf.UnixSeconds, 253_402_300_799))
	asked.RootTime = time.Unix(last, 0).UTC().Format("2006-01-02T15:04:05.000Z")
	traces := map[string][]lineage.Shown{}
	for _, one := range f.Traces {
		traces[one.TraceID] = one.told()
	}
	told, needs := lineage.Of(asked, traces)
	foreign, broken, orphans := told.Foreign, []text.Object{}, []orphan{}
	events, organisations := map[of][]*event{}, map[string][]text.Object{}
	for _, one := range f.Traces {
		asRecord, isNeeded := needs[one.TraceID]
		for _, at := range one.open {
			switch {
			case at.foreign:
				foreign = append(foreign, lineage.Foreign{Place: at.place(), TraceID: one.TraceID})
			case at.row != nil:
				key := of{at.place(), at.row.RecordID}
				events[key] = append(events[key], at)
				isNeeded = isNeeded && (at.record == nil || slices.Contains(asRecord, at.told))
			}
		}
		fault.Unless(isNeeded, "NOT_ASKED", "nothing needs the trace %q, or a record of it", one.TraceID)
		organisations[one.TraceID] = one.organisations()
		broken = append(broken, one.brokenChains()...)
	}
	for _, sent := range envelopes {
		orphans = append(orphans, sent.orphans()...)
	}
	why := f.whyNotComplete(told, &asked)
	answer := text.Object{
		"question": f.Question.Asked, "asOf": asOf, "tips": tips, "complete": len(why) == 0, "incomplete": why,
		"foreign": text.Listed(foreign), "orphans": text.Listed(orphans), "brokenChains": broken, "states": f.States,
		"leftOut": explained(told.LeftOut, events), "disputes": explained(told.Disputes, events),
	}
	identifiers, consulted, shown := []text.Object{}, []text.Object{}, []text.Object{}
	for _, one := range told.Identifiers {
		more := text.Object{"nature": traceid.NatureOf(one.TraceID), "organisations": organisations[one.TraceID]}
		identifiers = append(identifiers, text.With(one, more))
		delete(organisations, one.TraceID)
	}
	for _, id := range slices.SortedFunc(maps.Keys(organisations), text.Compare) {
		consulted = append(consulted, text.Object{"traceId": id, "nature": traceid.NatureOf(id), "organisations": organisations[id]})
	}
	for _, one := range told.Events {
		shown = append(shown, text.With(one, shownOf(events[of{one.Place, one.RecordID}])))
	}
	answer["identifiers"], answer["consulted"], answer["events"] = identifiers, consulted, shown
	return text.With(*told, answer)
}

// organisations tells how much of a trace is shown.
func (t *trace) organisations() (told []text.Object) {
	for i, tree := range t.trees {
		shown, count := 0, t.head[i].Count
		for _, event := range tree.Events {
			if event.Row != nil || event.Envelope != nil {
				shown++
			}
		}
		told = append(told, text.Object{"mspId": tree.MspID, "count": count, "shown": shown, "full": count == math.MaxUint32})
	}
	return told
}

// shownOf is what traces show of an event.
func shownOf(events []*event) text.Object {
	told := text.Object{"envelope": false, "record": nil}
	for _, at := range events {
		told["block"], told["txNum"] = at.leaf.Block, at.leaf.TxNum
		if at.Envelope != nil {
			told["envelope"] = true
		}
		if at.record != nil {
			record := text.Object{}
			for _, name := range []string{"step", "eventHash", "eventID", "bond", "change", "traces", "data"} {
				record[name] = at.record.value[name]
			}
			told["record"] = record
		}
	}
	return told
}

// explained tells why and when events were declared wrong, where the record is shown and says it.
func explained(list []lineage.Declaration, events map[of][]*event) (told []text.Object) {
	for _, one := range list {
		said := text.Object{}
		for _, at := range events[of{one.Place, one.RecordID}] {
			if at.record != nil {
				said, _ = at.record.Data["errorDeclaration"].(text.Object)
			}
		}
		corrective, _ := said["correctiveEventIDs"].([]any)
		told = append(told, text.With(one, text.Object{
			"reason": textOrNull(said["reason"]), "declarationTime": textOrNull(said["declarationTime"]),
			"correctiveEventIDs": slices.DeleteFunc(slices.Clone(corrective), isNoText),
		}))
	}
	return told
}

func isNoText(value any) bool {
	_, is := value.(string)
	return !is
}

func textOrNull(value any) any {
	if isNoText(value) {
		return nil
	}
	return value
}

// brokenChains of a trace of which every event is shown at least as row.
func (t *trace) brokenChains() (broken []text.Object) {
	var rows []*event
	for i := range t.trees {
		if t.hidden(i) > 0 {
			return nil
		}
	}
	for _, at := range t.open {
		if at.row == nil && !at.foreign {
			return nil
		}
		if at.row != nil && at.row.link != nil {
			rows = append(rows, at)
		}
	}
	slices.SortFunc(rows, func(x, y *event) int { return events.Compare(x.leaf, y.leaf) })
	last := map[string]*event{}
	for _, at := range rows {
		before, link := last[at.leaf.Domain], at.row.link
		follows := *link.Ver == 1
		if before != nil {
			follows = *link.Ver == *before.row.link.Ver+1 && link.PreTraceTxID != nil && *link.PreTraceTxID == before.leaf.TxID
		}
		if !follows {
			broken = append(broken, text.Object{"traceId": t.TraceID, "domain": at.leaf.Domain, "txId": at.leaf.TxID})
		}
		last[at.leaf.Domain] = at
	}
	return broken
}

func (f *file) whyNotComplete(told *lineage.Answer, asked *lineage.Question) []string {
	why := map[string]bool{}
	if len(told.Open) > 0 {
		why["open"] = true
	}
	for _, one := range told.Cut {
		if one.Organisation == nil || asked.MayCount(*one.Organisation) {
			why["cut"] = true
		}
	}
	for _, one := range f.Traces {
		for _, tree := range one.head {
			if tree.Count == math.MaxUint32 && asked.MayCount(tree.MspID) {
				why["full"] = true
			}
		}
	}
	return text.Sorted(why)
}
