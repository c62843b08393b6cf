package lineage

import (
	"sort"

	"cotrace.example/verifier/internal/text"
)

// containers with the windows that the lineage followed, and what else they were used for.
func (h *history) containers(all *layer) []any {
	windows := map[string]map[string]text.Object{}
	for s := range all.followed {
		if all.ways[s.pair.parent] == nil {
			continue
		}
		for _, w := range h.read(s.pair, true) {
			if w.from <= s.from && w.to >= s.to {
				if windows[s.pair.parent] == nil {
					windows[s.pair.parent] = map[string]text.Object{}
				}
				key, object := h.windowObject(s.pair, w)
				windows[s.pair.parent][key] = object
			}
		}
	}
	out := []any{}
	for _, id := range sorted16(sortedKeys(windows)) {
		listed := []any{}
		for _, key := range sorted16(sortedKeys(windows[id])) {
			listed = append(listed, windows[id][key])
		}
		openings, others := 0, 0
		for _, e := range h.events[id] {
			if _, shown := all.shown[e.key()]; !shown {
				others++
				if e.loads(id) && e.counts() {
					openings++
				}
			}
		}
		out = append(out, text.Object{
			"traceId": id, "windows": listed, "otherUses": text.Object{"openings": openings, "events": others},
		})
	}
	return out
}

func (h *history) windowObject(p pair, w *window) (string, text.Object) {
	var undecided []text.Object
	for _, other := range append(append([]*window{}, h.read(p, true)...), h.read(p, false)...) {
		for _, part := range other.parts {
			cut, meets := meet(part, span{from: w.from, to: w.to})
			if meets && len(cut.because) > 0 {
				undecided = append(undecided, text.Object{"from": h.timeOf(cut.from), "to": h.timeOf(cut.to), "because": cut.because})
			}
		}
	}
	from := h.timeOf(w.from)
	begin, _ := from.(string)
	key, err := text.Canonical([]any{p.child, p.bond, begin})
	if err != nil {
		key = p.child
	}
	return key, text.Object{
		"child": p.child, "bond": p.bond, "from": from, "to": h.timeOf(w.to),
		"openedBy": sortedKeys(w.openedBy), "closedBy": sortedKeys(w.closedBy),
		"undecided": List("from to because", undecided),
	}
}

// timeOf a position; null before all and behind all.
func (h *history) timeOf(at int) any {
	if at <= beforeAll || at >= h.behindAll {
		return nil
	}
	return h.texts[at/2-1]
}

// addNeeds lists what must be shown: traces, and of each the events that must be shown as record.
func (h *history) addNeeds(a *Answer, all *layer) {
	needed := added(added(map[string]bool{}, all.consulted), h.lacking)
	for id := range all.ways {
		needed[id] = true
	}
	for id := range needed {
		records := added(nil, all.records[id])
		if all.ways[id]["container"] && h.question.Direction != "up" && h.wasInput(id) {
			for _, e := range h.events[id] {
				records[e] = true
			}
		}
		for _, e := range h.events[id] {
			if _, shown := all.shown[e.key()]; shown && all.ways[id]["container"] {
				records[e] = true
			}
		}
		for _, d := range h.declarations[id] {
			for _, e := range h.events[id] {
				if d.said.Event == e.said.Event && d.place.Organisation == e.place.Organisation && d.place.Domain == e.place.Domain {
					records[d], records[e] = true, true
				}
			}
		}
		places := append([]int{}, h.misread[id]...)
		for i, e := range h.listed[id] {
			if e != nil && records[e] {
				places = append(places, i)
			}
		}
		sort.Ints(places)
		a.Needs[id] = places
	}
}

func (h *history) wasInput(id string) bool {
	for _, e := range h.events[id] {
		if e.has(id, "input") {
			return true
		}
	}
	return false
}

// openEnds are needed traces that are not shown, or not far enough.
func (h *history) openEnds(a *Answer) []any {
	open := []any{}
	ids := []string{}
	for id := range a.Needs {
		ids = append(ids, id)
	}
	for _, id := range sorted16(ids) {
		shown, known := h.traces[id]
		if !known {
			open = append(open, text.Object{"traceId": id, "missing": "trace", "events": 0})
			continue
		}
		missing := 0
		asRecord := map[int]bool{}
		for _, place := range a.Needs[id] {
			asRecord[place] = true
		}
		for i, one := range shown {
			if one.Row == nil || asRecord[i] && one.Record == nil {
				missing++
			}
		}
		if missing > 0 {
			open = append(open, text.Object{"traceId": id, "missing": "events", "events": missing})
		}
	}
	return open
}
