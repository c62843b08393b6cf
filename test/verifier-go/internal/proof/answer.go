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

// of is which event of the lineage something is of, whatever traces show it.
type of struct {
	lineage.Place
	recordID string
}

// told is what a lineage takes of a trace: its events that are not foreign, and of each tree those that are hidden.
func (t *trace) told() (list []lineage.Shown) {
	for _, at := range t.open {
		if !at.foreign {
			at.told = len(list)
			list = append(list, lineage.Shown{Place: &at.place, Row: at.row.Row, Record: at.record.shown(at.row.Row)})
		}
	}
	for _, tree := range t.trees {
		if tree.hidden > 0 {
			list = append(list, lineage.Shown{Organisation: tree.MspID, More: tree.hidden - 1})
		}
	}
	return list
}

// answer is step 7, and what is told.
func (f *file) answer(asOf, tips *attest.AsOf) any {
	asked := lineage.Question{Asked: f.Question.Asked, NatureOf: traceid.NatureOf}
	last := int64(min(asOf.UnixSeconds, 253_402_300_799))
	asked.RootTime = time.Unix(last, 0).UTC().Format(moments)
	traces := map[string][]lineage.Shown{}
	for _, one := range f.Traces {
		traces[one.TraceID] = one.told()
	}
	answer, needs := lineage.Of(asked, traces)
	foreign, broken, orphans := answer.Foreign, []text.Object{}, []orphan{}
	shown, organisations := map[of]text.Object{}, map[string][]text.Object{}
	for _, one := range f.Traces {
		asRecord, isNeeded := needs[one.TraceID]
		for _, at := range one.open {
			if at.foreign {
				foreign = append(foreign, lineage.Foreign{Place: at.place, TraceID: one.TraceID})
			} else if at.row.Row != nil {
				at.show(shown)
				isNeeded = isNeeded && (at.record == nil || slices.Contains(asRecord, at.told))
			}
		}
		fault.Unless(isNeeded, "NOT_ASKED", "nothing needs the trace %q, or a record of it", one.TraceID)
		organisations[one.TraceID] = one.organisations()
		broken = append(broken, one.brokenChains()...)
	}
	for _, sent := range f.envelopes {
		orphans = append(orphans, sent.orphans()...)
	}
	told := func(id string) text.Object {
		return text.Object{"traceId": id, "nature": traceid.NatureOf(id), "organisations": organisations[id]}
	}
	identifiers, consulted, events := []text.Object{}, []text.Object{}, []text.Object{}
	for _, one := range answer.Identifiers {
		identifiers = append(identifiers, text.With(one, told(one.TraceID)))
		delete(organisations, one.TraceID)
	}
	for _, id := range slices.SortedFunc(maps.Keys(organisations), text.Compare) {
		consulted = append(consulted, told(id))
	}
	for _, one := range answer.Events {
		events = append(events, text.With(one, shown[of{one.Place, one.RecordID}]))
	}
	why := f.whyNotComplete(answer, &asked)
	return text.With(*answer, text.Object{
		"question": f.Question.Asked, "asOf": asOf, "tips": tips, "complete": len(why) == 0, "incomplete": why,
		"identifiers": identifiers, "consulted": consulted, "events": events,
		"leftOut": explained(answer.LeftOut, shown), "disputes": explained(answer.Disputes, shown),
		"unmatched": unmatched(answer.Unmatched, shown),
		"foreign":   text.Listed(foreign), "orphans": text.Listed(orphans), "brokenChains": broken, "states": f.States,
	})
}

// show adds to what traces show of events.
func (e *event) show(shown map[of]text.Object) {
	key := of{e.place, e.row.RecordID}
	if shown[key] == nil {
		shown[key] = text.Object{"block": e.Leaf.Block, "txNum": e.Leaf.TxNum, "envelope": false, "record": nil}
	}
	if e.Envelope != nil {
		shown[key]["envelope"] = true
	}
	if e.record != nil {
		record := maps.Clone(e.record.value)
		delete(record, "eventTime")
		delete(record, "corrects")
		shown[key]["record"] = record
	}
}

// organisations tells how much of a trace is shown.
func (t *trace) organisations() (told []text.Object) {
	for i, tree := range t.trees {
		count := t.head[i].Count
		told = append(told, text.Object{"mspId": tree.MspID, "count": count, "shown": tree.shown, "full": count == math.MaxUint32})
	}
	return told
}

// explained are declarations, each with why and when it was made, where its record is shown and says it.
func explained(list []lineage.Declaration, shown map[of]text.Object) (told []text.Object) {
	for _, one := range list {
		record, _ := shown[of{one.Place, one.RecordID}]["record"].(text.Object)
		told = append(told, text.With(one, explanation(record)))
	}
	return told
}

// unmatched are declarations of events that are not recorded, with which these are.
func unmatched(list []lineage.Unmatched, shown map[of]text.Object) (told []text.Object) {
	for _, one := range list {
		record, _ := shown[of{one.Place, one.RecordID}]["record"].(text.Object)
		why := explanation(record)
		why["eventHash"], why["eventID"] = textOrNull(record["eventHash"]), textOrNull(record["eventID"])
		told = append(told, text.With(one, why))
	}
	return told
}

func explanation(record text.Object) text.Object {
	data, _ := record["data"].(text.Object)
	said, _ := data["errorDeclaration"].(text.Object)
	ids, _ := said["correctiveEventIDs"].([]any)
	return text.Object{
		"reason": textOrNull(said["reason"]), "declarationTime": textOrNull(said["declarationTime"]),
		"correctiveEventIDs": slices.DeleteFunc(slices.Clone(ids), func(id any) bool { return textOrNull(id) == nil }),
	}
}

func textOrNull(value any) any {
	if _, is := value.(string); is {
		return value
	}
	return nil
}

// brokenChains of a trace of which every event is shown at least as row.
func (t *trace) brokenChains() (broken []text.Object) {
	for i, tree := range t.trees {
		if tree.shown < int(t.head[i].Count) {
			return nil
		}
	}
	last := map[string]*event{}
	for _, at := range slices.SortedFunc(slices.Values(t.open), func(x, y *event) int { return events.Compare(x.Leaf, y.Leaf) }) {
		link, before := at.row.link, last[at.Leaf.Domain]
		if link == nil {
			continue
		}
		isNext := *link.Ver == 1
		if before != nil {
			isNext = *link.Ver == *before.row.link.Ver+1 && *link.PreTraceTxID == before.Leaf.TxID
		}
		if !isNext {
			broken = append(broken, text.Object{"traceId": t.TraceID, "domain": at.Leaf.Domain, "txId": at.Leaf.TxID})
		}
		last[at.Leaf.Domain] = at
	}
	return broken
}

// whyNotComplete has its reasons in their order.
func (f *file) whyNotComplete(told *lineage.Answer, asked *lineage.Question) (why []string) {
	isCounted := func(one lineage.Cut) bool { return one.Organisation == nil || asked.MayCount(*one.Organisation) }
	isFull := func(tree events.Tree) bool { return tree.Count == math.MaxUint32 && asked.MayCount(tree.MspID) }
	if slices.ContainsFunc(told.Cut, isCounted) {
		why = append(why, "cut")
	}
	if slices.ContainsFunc(f.Traces, func(one trace) bool { return slices.ContainsFunc(one.head, isFull) }) {
		why = append(why, "full")
	}
	if len(told.Open) > 0 {
		why = append(why, "open")
	}
	return why
}
