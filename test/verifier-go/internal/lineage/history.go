package lineage

import (
	"cmp"
	"slices"

	"cotrace.example/verifier/internal/text"
)

// Event times become positions that rise by two, so that there is one between each two of them. beforeAll is since ever.
const beforeAll = 0

// event is an event as the trace of one identifier shows it: its row, and the record if it is shown there.
type event struct {
	Place
	*Row
	id     string
	at     int // position of its time
	index  int // in its trace
	record *Record
	own    why // WITHDRAWN, OTHER_RECORDER
}

type eventKey struct {
	Place
	recordID string
}

func (e *event) key() eventKey        { return eventKey{e.Place, e.RecordID} }
func (e *event) counts() bool         { return e.own == 0 }
func (e *event) has(role string) bool { return slices.Contains(e.Roles, role) }
func (e *event) loads() bool          { return e.has("parent") && e.Change == "add" }
func (e *event) unloads() bool {
	return e.has("parent") && (e.Change == "remove" || e.Change == "empty")
}

// makes says whether an event makes its identifier: has it as output, or is an ObjectEvent ADD of it.
func (e *event) makes() bool {
	return e.has("output") || e.has("subject") && e.Bond == "" && e.Change == "add"
}

// entries of the record for the event's own identifier.
func (e *event) entries() (own []Entry) {
	if e.record != nil {
		for _, entry := range e.record.Entries {
			if entry.ID == e.id {
				own = append(own, entry)
			}
		}
	}
	return own
}

// history is all that is shown, by identifier, without what is foreign; declarations are apart.
type history struct {
	Question
	traces               map[string][]Shown
	events, declarations map[string][]*event
	byKey                map[string]map[eventKey]*event
	foreign              []Foreign
	lacking              set[string]      // identifiers whose traces lack an event that names them
	misread              map[string][]int // events whose row is not what their record says
	windowsOf            map[reading][]*window
	taken                set[string] // identifiers that were reached within the limit
	cut                  []Cut
	times                []string // of positions 2, 4, …
	behindAll            int      // never
}

func newHistory(question Question, traces map[string][]Shown) *history {
	h := &history{
		Question: question, traces: traces, events: map[string][]*event{}, declarations: map[string][]*event{},
		byKey: map[string]map[eventKey]*event{}, lacking: set[string]{}, misread: map[string][]int{},
		windowsOf: map[reading][]*window{}, taken: set[string]{},
	}
	times := set[string]{}
	for _, trace := range traces {
		for _, one := range trace {
			if one.Row != nil {
				times[one.Row.Time] = true
			}
		}
	}
	h.times = sorted(times)
	h.behindAll = 2*len(times) + 2
	for _, id := range text.Sorted(traces) {
		h.byKey[id] = map[eventKey]*event{}
		for i, one := range traces[id] {
			if one.Row == nil {
				continue
			}
			if one.Record != nil && !one.Record.says(id, one.Row) {
				h.foreign = append(h.foreign, Foreign{*one.Place, id})
				h.misread[id] = append(h.misread[id], i)
				continue
			}
			at, _ := slices.BinarySearch(h.times, one.Row.Time)
			e := &event{Place: *one.Place, Row: one.Row, id: id, at: 2*at + 2, index: i, record: one.Record}
			h.byKey[id][e.key()] = e
			if e.Wrong {
				h.declarations[id] = append(h.declarations[id], e)
			} else {
				h.events[id] = append(h.events[id], e)
			}
		}
	}
	for _, events := range h.events {
		for _, e := range events {
			if !h.MayCount(e.Organisation) {
				e.own |= otherRecorder
			}
			for _, d := range h.ownDeclarations(e) {
				if takes, _ := h.takesBack(d, e); takes {
					e.own |= withdrawn
				}
			}
		}
	}
	return h
}

// says tells whether a row says what this record says of an identifier.
func (r *Record) says(id string, row *Row) bool {
	all, parent, roles := set[string]{}, "", set[string]{}
	for _, entry := range r.Entries {
		all[entry.Role] = true
		if entry.Role == "parent" {
			parent = entry.ID
		}
	}
	for _, entry := range r.Entries {
		switch {
		case entry.ID != id:
		case entry.Role != "process" || !all["input"] && !all["output"]:
			roles[entry.Role] = true
		default:
			roles.join(set[string]{"process-gives": all["input"], "process-takes": all["output"]})
		}
	}
	for _, role := range []string{"process-gives", "process-takes"} {
		if !roles[role] {
			delete(roles, role)
		}
	}
	if !roles["child"] {
		parent = ""
	}
	return row.Said == r.Said && row.Parent == parent && len(roles) > 0 && slices.Equal(sorted(roles), slices.Sorted(slices.Values(row.Roles)))
}

// ownDeclarations are the declarations of an event's author about it: as many as the contract takes.
func (h *history) ownDeclarations(e *event) (own []*event) {
	for _, d := range h.declarations[e.id] {
		if d.Event == e.Event && d.Organisation == e.Organisation && d.Domain == e.Domain {
			own = append(own, d)
		}
	}
	slices.SortFunc(own, inOrder)
	return own[:min(len(own), 8)]
}

func inOrder(a, b *event) int {
	return cmp.Or(cmp.Compare(a.Time, b.Time), cmp.Compare(a.RecordID, b.RecordID), text.Compare(a.Domain, b.Domain),
		cmp.Compare(a.TxID, b.TxID))
}

// takesBack says whether a declaration has an effect on an event of its id, and whether that is known: not where a record
// that would tell is not shown.
func (h *history) takesBack(d, e *event) (takes, isKnown bool) {
	if !slices.Contains(h.ownDeclarations(e), d) || !h.MayCount(e.Organisation) {
		return false, true
	}
	if d.record == nil || e.record == nil {
		return false, false
	}
	return d.record.namesAll(e.record), true
}

// namesAll says whether a record names every (id, role, lot) of another.
func (r *Record) namesAll(other *Record) bool {
	return !slices.ContainsFunc(other.Entries, func(a Entry) bool {
		return !slices.ContainsFunc(r.Entries, func(b Entry) bool { return a.ID == b.ID && a.Role == b.Role && a.Lot == b.Lot })
	})
}

// isBound says whether the record of an event counts for another identifier that it names: whether that one's trace has it,
// or may have it where that is not shown. Otherwise it is foreign there.
func (h *history) isBound(e *event, id string) bool {
	shown, isKnown := h.traces[id]
	if !isKnown || h.byKey[id][e.key()] != nil {
		return true
	}
	for _, one := range shown {
		if one.Place == nil && (one.Organisation == "" || one.Organisation == e.Organisation) ||
			one.Place != nil && one.Row == nil && *one.Place == e.Place {
			return true
		}
	}
	h.foreign = append(h.foreign, Foreign{e.Place, id})
	h.lacking[id] = true
	return false
}

// leads gives the identifiers of a role to which an event leads: of a class with a lot in the record only the lot.
func (h *history) leads(e *event, role string) (ids []string) {
	if e.record == nil {
		return nil
	}
	for _, entry := range e.record.Entries {
		if entry.Role == role && !slices.Contains(ids, entry.ID) && !h.isPassedOver(entry) && h.isBound(e, entry.ID) {
			ids = append(ids, entry.ID)
		}
	}
	return ids
}

func (h *history) isPassedOver(entry Entry) bool {
	return entry.Lot != "" && h.NatureOf(entry.ID) == "class"
}

// isPlainly says whether its identifier itself is in a role of an event, and not only as the class of a lot.
func (h *history) isPlainly(e *event, role string) bool {
	if e.record == nil {
		return e.has(role)
	}
	return slices.ContainsFunc(e.entries(), func(entry Entry) bool { return entry.Role == role && !h.isPassedOver(entry) })
}

func (h *history) isClass(ids ...string) (because why) {
	for _, id := range ids {
		if h.NatureOf(id) == "class" {
			because = classOnly
		}
	}
	return because
}

// isFamiliar says whether one of the organisations recorded two events of an identifier that are no unloadings.
func (h *history) isFamiliar(id string, organisations set[string]) bool {
	told := map[string]set[string]{}
	for _, e := range h.events[id] {
		if e.counts() && !e.unloads() && organisations[e.Organisation] {
			addTo(told, e.Organisation, e.Event)
			if len(told[e.Organisation]) > 1 {
				return true
			}
		}
	}
	return false
}
