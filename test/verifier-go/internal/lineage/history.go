package lineage

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"cotrace.example/verifier/internal/text"
)

// event is an event as the trace of one identifier shows it.
type event struct {
	Place
	*Row
	id       string
	index    int      // in its trace
	record   *Record  // without entries where it is not shown
	declared []*event // what its author declared about it: as many as the contract takes
	own      why      // WITHDRAWN, OTHER_RECORDER
}

type eventKey [4]string

func (e *event) key() eventKey        { return eventKey{e.Domain, e.TxID, e.Organisation, e.RecordID} }
func (e *event) group() eventKey      { return eventKey{e.Organisation, e.Event, e.Time, e.Change} }
func (e *event) counts() bool         { return e.own == "" }
func eventOf(e *event) string         { return e.Event }
func (e *event) isRecord() bool       { return e.record.Entries != nil }
func (e *event) has(role string) bool { return slices.Contains(e.Roles, role) }
func (e *event) loads() bool          { return e.has("parent") && e.Change == "add" }
func (e *event) unloads() bool {
	return e.has("parent") && (e.Change == "remove" || e.Change == "empty")
}

// makes says whether an event makes its identifier: has it as output, or is an ObjectEvent ADD of it.
func (e *event) makes() bool {
	return e.has("output") || e.has("subject") && e.Bond == "" && e.Change == "add"
}

// hasBeside says whether an event has its identifier in a role that is none of a kind: `lot`, or those of a process.
func (e *event) hasBeside(kind string) bool {
	return slices.ContainsFunc(e.Roles, func(role string) bool { return !strings.HasPrefix(role, kind) })
}

func inOrder(a, b *event) int {
	return cmp.Or(cmp.Compare(a.Time, b.Time), cmp.Compare(a.RecordID, b.RecordID), text.Compare(a.Domain, b.Domain),
		cmp.Compare(a.TxID, b.TxID))
}

// history is all that is shown, by identifier, without what is foreign; declarations are apart.
type history struct {
	Question
	traces               map[string][]Shown
	events, declarations map[string][]*event
	known                [4]map[pair][]*window // by reading
	foreign              []Foreign
	taken                set[string] // identifiers within the limit
	cut                  []Cut
	needed, misread      map[string]set[int] // traces with what must be shown as record, or is not what its record says
}

func newHistory(question Question, traces map[string][]Shown) *history {
	h := &history{
		Question: question, traces: traces, events: map[string][]*event{}, declarations: map[string][]*event{},
		known: [4]map[pair][]*window{{}, {}, {}, {}}, taken: set[string]{}, needed: map[string]set[int]{}, misread: map[string]set[int]{},
	}
	for id, trace := range traces {
		var all []*event
		for i, one := range trace {
			if one.Row == nil {
				continue
			}
			if one.Record != nil && !one.Record.says(id, one.Row) {
				addTo(h.misread, id, i)
				continue
			}
			all = append(all, &event{Place: *one.Place, Row: one.Row, id: id, index: i, record: cmp.Or(one.Record, new(Record))})
		}
		slices.SortFunc(all, inOrder)
		h.events[id] = filter(all, func(e *event) bool { return !e.Wrong })
		h.declarations[id] = filter(all, func(e *event) bool { return e.Wrong })
		for _, e := range h.events[id] {
			own := filter(h.declarations[id], func(d *event) bool {
				return d.Event == e.Event && d.Organisation == e.Organisation && d.Domain == e.Domain
			})
			e.declared = own[:min(len(own), 8)]
			isTakenBack := slices.ContainsFunc(e.declared, func(d *event) bool { return h.takesBack(d, e) })
			e.own = join(when(!h.MayCount(e.Organisation), "OTHER_RECORDER"), when(isTakenBack, "WITHDRAWN"))
		}
	}
	return h
}

// says tells whether a row says what this record says of an identifier.
func (r *Record) says(id string, row *Row) bool {
	all, own, parent := set[string]{}, set[string]{}, ""
	for _, entry := range r.Entries {
		all[entry.Role] = true
		own[entry.Role] = own[entry.Role] || entry.ID == id
		if entry.Role == "parent" {
			parent = entry.ID
		}
	}
	own["process-gives"], own["process-takes"] = own["process"] && all["input"], own["process"] && all["output"]
	own["process"] = own["process"] && !all["input"] && !all["output"]
	roles := filter(text.Sorted(own), func(role string) bool { return own[role] })
	return row.Said == r.Said && row.Parent == when(own["child"], parent) && slices.Equal(roles, row.Roles)
}

// takesBack says whether a declaration has an effect on an event: it must name every (id, role, lot) of it.
func (h *history) takesBack(d, e *event) bool {
	lacks := func(a Entry) bool {
		return !slices.ContainsFunc(d.record.Entries, func(b Entry) bool { return a.ID == b.ID && a.Role == b.Role && a.Lot == b.Lot })
	}
	return slices.Contains(e.declared, d) && h.MayCount(e.Organisation) && d.isRecord() && e.isRecord() &&
		!slices.ContainsFunc(e.record.Entries, lacks)
}

// isBound says whether the trace of an identifier has the transaction of an event that names it, or may have it unseen.
// Otherwise the event is foreign there.
func (h *history) isBound(e *event, id string) bool {
	shown, isKnown := h.traces[id]
	isBound := !isKnown || slices.ContainsFunc(shown, func(one Shown) bool {
		return one.Place == nil && (one.Organisation == "" || one.Organisation == e.Organisation) ||
			one.Place != nil && one.Place.Domain == e.Domain && one.Place.TxID == e.TxID
	})
	if !isBound {
		h.foreign = append(h.foreign, Foreign{e.Place, id})
		h.need(id)
	}
	return isBound
}

// need a trace to be shown, and these events of it as record.
func (h *history) need(id string, events ...*event) {
	if h.needed[id] == nil {
		h.needed[id] = set[int]{}
	}
	for _, e := range events {
		h.needed[id][e.index] = true
	}
}

// leads gives the identifiers of a role to which an event leads: of a class with a lot in the record only the lot.
func (h *history) leads(e *event, role string) set[string] {
	entries := filter(e.record.Entries, func(one Entry) bool {
		return one.Role == role && !h.isPassedOver(one) && h.isBound(e, one.ID)
	})
	return setOf(entries, func(one Entry) string { return one.ID })
}

func (h *history) isPassedOver(e Entry) bool { return e.Lot != "" && h.NatureOf(e.ID) == "class" }

// isPlainly says whether its identifier itself is in a role of an event, and not only as the class of a lot.
func (h *history) isPlainly(e *event, role string) bool {
	return e.has(role) && (!e.isRecord() || slices.ContainsFunc(e.record.Entries, func(entry Entry) bool {
		return entry.ID == e.id && entry.Role == role && !h.isPassedOver(entry)
	}))
}

// isFamiliar says whether one of the organisations recorded two events of an identifier that are no unloadings.
func (h *history) isFamiliar(id string, by set[string]) bool {
	events := filter(h.events[id], func(e *event) bool { return e.counts() && !e.unloads() })
	return slices.ContainsFunc(text.Sorted(by), func(one string) bool { return recordedTwo(one, events) })
}

func recordedTwo(by string, events []*event) bool {
	own := filter(events, func(e *event) bool { return e.Organisation == by })
	return len(setOf(own, eventOf)) > 1
}

type set[K comparable] map[K]bool

func setOf[T any, K comparable](list []T, of func(T) K) set[K] {
	all := set[K]{}
	for _, one := range list {
		all[of(one)] = true
	}
	return all
}

func addTo[K, V comparable](sets map[K]set[V], key K, value V) {
	if sets[key] == nil {
		sets[key] = set[V]{}
	}
	sets[key][value] = true
}

func filter[T any](list []T, takes func(T) bool) []T {
	return slices.DeleteFunc(slices.Clone(list), func(one T) bool { return !takes(one) })
}

// why is a set of reasons: their names, sorted. So of what there is against an event the least is the first.
type why = string

func join(reasons ...why) why {
	names := strings.Fields(strings.Join(reasons, " "))
	slices.Sort(names)
	return strings.Join(slices.Compact(names), " ")
}

func when[T any](is bool, value T) (otherwise T) {
	if is {
		return value
	}
	return otherwise
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

// lotReasons are why it is undecided that an item is of a lot. It is one claim, however many events say it: those of the
// item's trace or, where none of these does, of the lot's.
func (h *history) lotReasons(item, lot string) why {
	against, lotsOf := set[why]{}, map[string]set[string]{} // by organisation
	for _, e := range h.events[item] {
		isNamed := func(one Entry) bool { return one.ID == item && one.Lot != "" && h.isBound(e, one.Lot) }
		for _, entry := range filter(e.record.Entries, isNamed) {
			if entry.Lot == lot {
				against[e.own] = true
			}
			if e.counts() {
				addTo(lotsOf, e.Organisation, entry.Lot)
			}
		}
	}
	isOfItem := len(against) > 0
	isNamed := func(one Entry) bool { return !isOfItem && one.ID == item && one.Lot == lot }
	for _, e := range h.events[lot] {
		if slices.ContainsFunc(e.record.Entries, isNamed) && h.isBound(e, item) {
			against[e.own] = true
		}
	}
	if !isOfItem || !against[""] {
		return text.Sorted(against)[0]
	}
	// A stranger's lot: nobody who names it recorded another event of the item or its making, and others recorded the item.
	plain := filter(h.events[item], (*event).counts)
	isOfNamers := func(e *event) bool { return lotsOf[e.Organisation][lot] }
	isKnown := slices.ContainsFunc(filter(plain, isOfNamers), func(e *event) bool { return e.makes() || recordedTwo(e.Organisation, plain) })
	isByOthers := slices.ContainsFunc(plain, func(e *event) bool { return !isOfNamers(e) })
	return join(differ(lotsOf, "TWO_LOTS"), when(isByOthers && !isKnown, "STRANGER"))
}
