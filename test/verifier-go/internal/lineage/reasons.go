package lineage

import (
	"maps"
	"slices"
	"strings"

	"cotrace.example/verifier/internal/text"
)

// why is a set of reasons: their names, sorted. What there is against an event is nothing, OTHER_RECORDER or WITHDRAWN, of
// which the least is the first.
type why = string

func join(reasons ...why) why {
	names := strings.Fields(strings.Join(reasons, " "))
	slices.Sort(names)
	return strings.Join(slices.Compact(names), " ")
}

func when(is bool, because why) why {
	if is {
		return because
	}
	return ""
}

func (h *history) isClass(ids ...string) why {
	return when(slices.ContainsFunc(ids, func(id string) bool { return h.NatureOf(id) == "class" }), "CLASS_ONLY")
}

// differ gives what is undecided where organisations tell several things: this, and MADE_TWICE where none of them tells all.
func differ(told map[string]set[string], several why) why {
	all, most := set[string]{}, 0
	for _, own := range told {
		maps.Copy(all, own)
		most = max(most, len(own))
	}
	return join(when(len(all) > 1, several), when(len(all) > most, "MADE_TWICE"))
}

// twice is the reason of edges of an output of which organisations tell different makings, none of them all.
func (h *history) twice(id string) why {
	makings := map[string]set[string]{}
	for _, e := range filter(h.events[id], func(e *event) bool { return e.counts() && e.isRecord() && e.makes() }) {
		making := []any{e.Event, e.Time, e.Bond, e.Change, e.record.Step, text.Listed(e.record.Entries)}
		addTo(makings, e.Organisation, text.InOrder(making))
	}
	return differ(makings, "")
}

// lotReasons are why it is undecided that an item is of a lot. It is one claim, however many events say it.
func (h *history) lotReasons(item, lot string) why {
	var against []why
	lotsOf := map[string]set[string]{} // by organisation
	for _, e := range h.events[item] {
		for _, entry := range filter(e.record.Entries, func(one Entry) bool { return one.ID == item && one.Lot != "" }) {
			if entry.Lot == lot {
				against = append(against, e.own)
			}
			if e.counts() {
				addTo(lotsOf, e.Organisation, entry.Lot)
			}
		}
	}
	if !slices.Contains(against, "") {
		return join(slices.Sorted(slices.Values(against))[:min(len(against), 1)]...)
	}
	// A stranger's lot: nobody who names it recorded another event of the item or its making, and others recorded the item.
	plain := filter(h.events[item], (*event).counts)
	known, names := regulars(plain), func(e *event) bool { return lotsOf[e.Organisation][lot] }
	isKnown := slices.ContainsFunc(plain, func(e *event) bool { return names(e) && (e.makes() || known[e.Organisation]) })
	isByOthers := slices.ContainsFunc(plain, func(e *event) bool { return !names(e) })
	return join(differ(lotsOf, "TWO_LOTS"), when(isByOthers && !isKnown, "STRANGER"))
}
