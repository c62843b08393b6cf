package lineage

import "sort"

// times: event times become positions that rise by two, so that there is one between each two of them, one before all, and
// one behind. beforeAll and behindAll mean since ever and open.
const beforeAll = 0

// event is an event as the trace of one identifier shows it: its row, and the record if it is shown there.
type event struct {
	id     string
	place  Place
	said   Said
	at     int // position of its time
	record *Record
	row    *Row
	own    []string // reasons that it has for itself: WITHDRAWN, OTHER_RECORDER
}

func (e *event) counts() bool { return len(e.own) == 0 }

func (e *event) has(id, role string) bool {
	if e.id != id {
		return false
	}
	for _, own := range e.row.Roles {
		if own == role {
			return true
		}
	}
	return false
}

func (e *event) unloads(p string) bool {
	return e.has(p, "parent") && (e.said.Change == "remove" || e.said.Change == "empty")
}

func (e *event) loads(p string) bool { return e.has(p, "parent") && e.said.Change == "add" }

type foreignEvent struct {
	id    string
	place Place
}

// history is all that is shown, by identifier, without what is foreign; declarations are apart.
type history struct {
	question     Question
	traces       map[string][]Shown
	events       map[string][]*event
	declarations map[string][]*event
	byKey        map[string]map[eventKey]*event
	listed       map[string][]*event // by trace its events in the order given; nil where less than the row is shown
	foreign      map[foreignEvent]bool
	lacking      map[string]bool // identifiers whose traces lack an event that names them
	misread      map[string][]int
	readings     map[reading][]*window
	joined       map[pair][]*window
	taken        map[string]bool // identifiers that were reached within the limit
	cut          map[[2]string]bool
	texts        []string // of positions 2, 4, …
	behindAll    int
}

func (e *event) key() eventKey { return eventKey{e.place, e.said.RecordID} }

// names says whether another identifier's trace has the event.
func (h *history) names(e *event, id string) bool { return h.byKey[id][e.key()] != nil }

type eventKey struct {
	place    Place
	recordID string
}

func newHistory(question Question, traces map[string][]Shown) *history {
	h := &history{
		question: question, traces: traces, events: map[string][]*event{},
		declarations: map[string][]*event{}, byKey: map[string]map[eventKey]*event{}, listed: map[string][]*event{},
		foreign: map[foreignEvent]bool{}, lacking: map[string]bool{}, misread: map[string][]int{},
		readings: map[reading][]*window{}, joined: map[pair][]*window{},
		taken: map[string]bool{}, cut: map[[2]string]bool{},
	}
	positions := h.readTimes()
	for _, id := range sortedKeys(traces) {
		h.listed[id] = make([]*event, len(traces[id]))
		for i, shown := range traces[id] {
			if shown.Row == nil {
				continue
			}
			if shown.Record != nil && !shown.Record.says(id, shown.Row) {
				h.foreign[foreignEvent{id, shown.Place}] = true
				h.misread[id] = append(h.misread[id], i)
				continue
			}
			key := eventKey{shown.Place, shown.Row.RecordID}
			e := &event{id: id, place: shown.Place, said: shown.Row.Said, at: positions[shown.Row.Time], row: shown.Row, record: shown.Record}
			h.listed[id][i] = e
			if h.byKey[id] == nil {
				h.byKey[id] = map[eventKey]*event{}
			}
			h.byKey[id][key] = e
			if e.said.Wrong {
				h.declarations[id] = append(h.declarations[id], e)
			} else {
				h.events[id] = append(h.events[id], e)
			}
		}
	}
	for _, events := range h.events {
		for _, e := range events {
			h.judge(e)
		}
	}
	return h
}

func (h *history) readTimes() map[string]int {
	positions := map[string]int{}
	for _, shown := range h.traces {
		for _, one := range shown {
			if one.Row != nil {
				positions[one.Row.Time] = 0
			}
		}
	}
	h.texts = sortedKeys(positions)
	for i, text := range h.texts {
		positions[text] = 2*i + 2
	}
	h.behindAll = 2*len(h.texts) + 2
	return positions
}

// judge finds what an event has against it: that its own organisation declared it wrong, or that its word does not count.
func (h *history) judge(e *event) {
	if e.said.Wrong {
		return
	}
	if !h.counted(e.place.Organisation) {
		e.own = append(e.own, "OTHER_RECORDER")
	}
	if len(h.declarationsOf(e)) > 0 {
		e.own = append(e.own, "WITHDRAWN")
	}
}

func (h *history) counted(organisation string) bool {
	return !h.question.HasRecorders || h.question.Recorders[organisation]
}

// declarationsOf an event are those that count: of its author the first eight that name all of it.
func (h *history) declarationsOf(e *event) []*event {
	var found []*event
	for _, d := range h.firstOwn(e) {
		if e.record != nil && d.record != nil && h.counted(e.place.Organisation) && d.record.namesAll(e.record) {
			found = append(found, d)
		}
	}
	return found
}

const declarationsHeard = 8

// firstOwn are the declarations of an event's author about it, as many as the contract takes.
func (h *history) firstOwn(e *event) []*event {
	var own []*event
	for _, d := range h.declarations[e.id] {
		if d.said.Event == e.said.Event && d.place.Organisation == e.place.Organisation && d.place.Domain == e.place.Domain {
			own = append(own, d)
		}
	}
	sort.Slice(own, func(i, j int) bool {
		a, b := own[i], own[j]
		return a.said.Time+a.said.RecordID+a.place.TxID < b.said.Time+b.said.RecordID+b.place.TxID
	})
	return own[:min(len(own), declarationsHeard)]
}

// isDisputed says whether a declaration has no effect on an event. Where a record that would tell is not shown it is
// neither.
func (h *history) isDisputed(e, d *event) bool {
	for _, own := range h.firstOwn(e) {
		if own != d {
			continue
		}
		if !h.counted(e.place.Organisation) {
			return true
		}
		return e.record != nil && d.record != nil && !d.record.namesAll(e.record)
	}
	return true
}

// namesAll says whether a record names every (id, role, lot) of another.
func (r *Record) namesAll(other *Record) bool {
	named := map[[3]string]bool{}
	for _, entry := range r.Entries {
		named[[3]string{entry.ID, entry.Role, entry.Lot}] = true
	}
	for _, entry := range other.Entries {
		if !named[[3]string{entry.ID, entry.Role, entry.Lot}] {
			return false
		}
	}
	return true
}

// nature of an identifier.
func (h *history) nature(id string) string { return h.question.NatureOf(id) }

// counterpart says whether the record of an event counts for another identifier that it names: whether that one's trace
// has it, or is not shown. What is shown and does not have it is foreign.
func (h *history) counterpart(e *event, id string) bool {
	if h.names(e, id) {
		return true
	}
	shown, known := h.traces[id]
	if !known {
		return true
	}
	for _, one := range shown {
		if one.Hidden || one.Row == nil && one.Place == e.place {
			return true
		}
	}
	h.foreign[foreignEvent{id, e.place}] = true
	h.lacking[id] = true
	return false
}

// leads gives the identifiers of a role to which an event leads: of a class with a lot in the record only the lot.
func (h *history) leads(e *event, role string) []string {
	if e.record == nil {
		return nil
	}
	var ids []string
	seen := map[string]bool{}
	for _, entry := range e.record.Entries {
		if entry.Role != role || seen[entry.ID] || h.passedOver(entry) || !h.counterpart(e, entry.ID) {
			continue
		}
		seen[entry.ID] = true
		ids = append(ids, entry.ID)
	}
	return ids
}

func (h *history) passedOver(entry Entry) bool {
	return entry.Lot != "" && h.nature(entry.ID) == "class"
}

// plainly says whether an identifier itself is in a role of an event, and not only as the class of a lot.
func (h *history) plainly(e *event, id, role string) bool {
	if e.record == nil {
		return e.has(id, role)
	}
	for _, entry := range e.record.Entries {
		if entry.ID == id && entry.Role == role && !h.passedOver(entry) {
			return e.id == id
		}
	}
	return false
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for key := range m {
		keys = append(keys, key)
	}
	sort.Strings(keys)
	return keys
}
