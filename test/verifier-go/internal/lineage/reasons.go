package lineage

import (
	"maps"
	"slices"

	"cotrace.example/verifier/internal/text"
)

// why is a set of reasons.
type why uint

// What there is against an event: nothing, OTHER_RECORDER or WITHDRAWN, the least first.
const (
	classOnly why = 1 << iota
	wasEmptied
	lotPart
	madeTwice
	noOpening
	order
	otherOrganisation
	otherRecorder
	overlap
	quantity
	reloaded
	sameTime
	stranger
	twoLots
	withdrawn
)

var reasons = []string{
	"CLASS_ONLY", "EMPTIED", "LOT_PART", "MADE_TWICE", "NO_OPENING", "ORDER", "OTHER_ORGANISATION", "OTHER_RECORDER",
	"OVERLAP", "QUANTITY", "RELOADED", "SAME_TIME", "STRANGER", "TWO_LOTS", "WITHDRAWN",
}

func (w why) texts() []string {
	return filter(reasons, func(name string) bool { return w>>slices.Index(reasons, name)&1 == 1 })
}

func when(is bool, because why) why {
	if is {
		return because
	}
	return 0
}

func (h *history) isClass(ids ...string) why {
	return when(slices.ContainsFunc(ids, func(id string) bool { return h.NatureOf(id) == "class" }), classOnly)
}

// differ gives what is undecided where organisations tell several things: this, and MADE_TWICE where none of them tells all.
func differ(told map[string]set[string], several why) why {
	all, most := set[string]{}, 0
	for _, own := range told {
		maps.Copy(all, own)
		most = max(most, len(own))
	}
	return when(len(all) > 1, several) | when(len(all) > most, madeTwice)
}

// twice is the reason of edges of an output of which organisations tell different makings, none of them all.
func (h *history) twice(id string) why {
	makings := map[string]set[string]{}
	for _, e := range filter(h.events[id], func(e *event) bool { return e.counts() && e.entries != nil && e.makes() }) {
		making := []any{e.Event, e.Time, e.Bond, e.Change, e.step, text.Listed(e.entries)}
		addTo(makings, e.Organisation, text.InOrder(making))
	}
	return differ(makings, 0)
}

// lotReasons are why it is undecided that an item is of a lot. It is one claim, however many events say it.
func (h *history) lotReasons(item, lot string) why {
	because, lotsOf := withdrawn, map[string]set[string]{} // by organisation
	for _, e := range h.events[item] {
		for _, entry := range filter(e.entries, func(one Entry) bool { return one.ID == item && one.Lot != "" }) {
			if entry.Lot == lot {
				because = min(because, e.own)
			}
			if e.counts() {
				addTo(lotsOf, e.Organisation, entry.Lot)
			}
		}
	}
	if because != 0 {
		return because
	}
	// A stranger's lot: nobody who names it recorded another event of the item or its making, and others recorded the item.
	plain := filter(h.events[item], (*event).counts)
	known, names := regulars(plain), func(e *event) bool { return lotsOf[e.Organisation][lot] }
	isKnown := slices.ContainsFunc(plain, func(e *event) bool { return names(e) && (e.makes() || known[e.Organisation]) })
	isByOthers := slices.ContainsFunc(plain, func(e *event) bool { return !names(e) })
	return differ(lotsOf, twoLots) | when(isByOthers && !isKnown, stranger)
}
