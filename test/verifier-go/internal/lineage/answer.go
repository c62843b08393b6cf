package lineage

import (
	"sort"
	"strings"
	"time"

	"cotrace.example/verifier/internal/text"
)

// Answer is the lineage of an identifier.
type Answer struct {
	// Object is the answer of the format.
	Object text.Object
	// Needs are the traces that must be shown, and of each the places of the events that must be shown as record.
	Needs map[string][]int
	// Events in their order.
	Events []EventAnswer
	// Reached are the identifiers of the lineage.
	Reached map[string]bool
}

// EventAnswer is an event of the lineage.
type EventAnswer struct {
	Place    Place
	RecordID string
	Object   text.Object
}

var directions = map[string][]string{"none": {"none"}, "up": {"up"}, "down": {"down"}, "both": {"up", "down"}}

// layer is what the closures of one or two directions reached.
type layer struct {
	ways, idReasons map[string]map[string]bool
	shown           map[eventKey]map[string]bool
	followed        map[stay]bool
	consulted       map[string]bool
	records         map[string]map[*event]bool
}

func (l *layer) join(c *closure) {
	l.ways, l.idReasons = joined(l.ways, c.ways), joined(l.idReasons, c.idReasons)
	l.shown, l.records = joined(l.shown, c.shown), joined(l.records, c.records)
	l.followed, l.consulted = added(l.followed, c.followed), added(l.consulted, c.consulted)
}

func joined[K, V comparable](into, from map[K]map[V]bool) map[K]map[V]bool {
	if into == nil {
		into = map[K]map[V]bool{}
	}
	for key, set := range from {
		into[key] = added(into[key], set)
	}
	return into
}

func added[K comparable](into, from map[K]bool) map[K]bool {
	if into == nil {
		into = map[K]bool{}
	}
	for key := range from {
		into[key] = true
	}
	return into
}

// Of gives the lineage that events show.
func Of(question Question, traces map[string][]Shown) *Answer {
	h := newHistory(question, traces)
	certain, all := &layer{}, &layer{}
	for _, direction := range directions[question.Direction] {
		certain.join(h.close(direction, false))
	}
	for _, direction := range directions[question.Direction] {
		all.join(h.close(direction, true))
	}
	a := &Answer{Object: text.Object{}, Needs: map[string][]int{}, Reached: map[string]bool{}}
	identifiers := []any{}
	for _, id := range sorted16(sortedKeys(all.ways)) {
		a.Reached[id] = true
		identifiers = append(identifiers, status(certain.ways[id] != nil, all.idReasons[id], text.Object{
			"traceId": id, "as": sortedKeys(all.ways[id]),
		}))
	}
	a.Object["identifiers"] = identifiers
	a.addEvents(h, certain, all)
	h.tell(a, all)
	h.addNeeds(a, all)
	open := h.openEnds(a)
	a.Object["open"], a.Object["cut"] = open, h.cuts()
	a.Object["complete"] = len(open) == 0 && len(h.cut) == 0
	return a
}

func (a *Answer) addEvents(h *history, certain, all *layer) {
	times := map[eventKey]string{}
	for _, events := range h.events {
		for _, e := range events {
			times[e.key()] = e.said.Time
		}
	}
	for key, because := range all.shown {
		_, sure := certain.shown[key]
		a.Events = append(a.Events, EventAnswer{key.place, key.recordID, status(sure, because, text.Object{
			"domain": key.place.Domain, "txId": key.place.TxID, "organisation": key.place.Organisation,
			"recordId": key.recordID, "time": times[key],
		})})
	}
	order := func(e EventAnswer) string {
		return e.Object["time"].(string) + "\x00" + e.RecordID + "\x00" + e.Place.Domain + "\x00" + e.Place.TxID
	}
	sort.Slice(a.Events, func(i, j int) bool { return order(a.Events[i]) < order(a.Events[j]) })
	a.Events = h.keep(a.Events)
	events := []any{}
	for _, e := range a.Events {
		events = append(events, e.Object)
	}
	a.Object["events"] = events
}

// keep leaves of too many events those that are not certain first, then the latest.
func (h *history) keep(events []EventAnswer) []EventAnswer {
	left := len(events) - h.question.Events
	for _, certain := range []bool{false, true} {
		for i := len(events) - 1; i >= 0 && left > 0; i-- {
			if events[i].Object["certain"] == certain {
				h.cut[[2]string{h.question.TraceID, events[i].Place.Organisation}] = true
				events = append(events[:i:i], events[i+1:]...)
				left--
			}
		}
	}
	return events
}

// cuts are the branches that the limits left.
func (h *history) cuts() []any {
	var cut []text.Object
	for one := range h.cut {
		object := text.Object{"traceId": one[0], "organisation": nil}
		if one[1] != "" {
			object["organisation"] = one[1]
		}
		cut = append(cut, object)
	}
	return List("traceId organisation", cut)
}

func status(certain bool, because map[string]bool, object text.Object) text.Object {
	object["certain"] = certain
	switch {
	case certain:
		object["because"] = []string{}
	case len(because) == 0:
		object["because"] = []string{"BEYOND"}
	default:
		object["because"] = sortedKeys(because)
	}
	return object
}

func sorted16(texts []string) []string {
	sort.Slice(texts, func(i, j int) bool { return text.Less(texts[i], texts[j]) })
	return texts
}

// List of objects, each once, in the order of their JSON texts with members in the order given.
func List(names string, objects []text.Object) []any {
	byText := map[string]text.Object{}
	for _, object := range objects {
		byText[inOrder(names, object)] = object
	}
	out := []any{}
	for _, key := range sorted16(sortedKeys(byText)) {
		out = append(out, byText[key])
	}
	return out
}

func inOrder(names string, object text.Object) string {
	var parts []string
	for _, name := range strings.Fields(names) {
		value, err := text.Canonical(object[name])
		if err != nil {
			value = "null"
		}
		parts = append(parts, `"`+name+`":`+value)
	}
	return "{" + strings.Join(parts, ",") + "}"
}

// tell adds what is said beside identifiers and events.
func (h *history) tell(a *Answer, all *layer) {
	var leftOut, disputes []text.Object
	future := []string{}
	first := map[eventKey]*event{} // by declaration without effect the first event that it speaks of
	declaring := map[eventKey]*event{}
	for id, events := range h.events {
		for _, e := range events {
			if _, shown := all.shown[e.key()]; !shown {
				continue
			}
			for _, d := range h.declarationsOf(e) {
				leftOut = append(leftOut, declaration(d, e))
			}
			for _, d := range h.declarations[id] {
				known := first[d.key()]
				if d.said.Event == e.said.Event && h.isDisputed(e, d) && (known == nil || e.order() < known.order()) {
					first[d.key()], declaring[d.key()] = e, d
				}
			}
		}
	}
	for key, d := range declaring {
		disputes = append(disputes, declaration(d, first[key]))
	}
	for _, e := range a.Events {
		if h.isFuture(e.Object["time"].(string)) {
			future = append(future, e.RecordID)
		}
	}
	const declared = "domain txId organisation declared recordId"
	a.Object["leftOut"], a.Object["disputes"] = List(declared, leftOut), List(declared, disputes)
	a.Object["future"] = future
	var foreign []text.Object
	for one := range h.foreign {
		foreign = append(foreign, text.Object{
			"domain": one.place.Domain, "txId": one.place.TxID, "organisation": one.place.Organisation, "traceId": one.id,
		})
	}
	a.Object["foreign"] = List("domain txId organisation traceId", foreign)
	h.tellOfProducts(a, all)
	a.Object["containers"] = h.containers(all)
}

func (e *event) order() string {
	return strings.Join([]string{e.said.Time, e.said.RecordID, e.place.Domain, e.place.TxID}, "\x00")
}

func declaration(d, e *event) text.Object {
	return text.Object{
		"domain": d.place.Domain, "txId": d.place.TxID, "organisation": d.place.Organisation,
		"declared": e.said.RecordID, "recordId": d.said.RecordID,
	}
}

func (h *history) isFuture(written string) bool {
	root, err := time.Parse(time.RFC3339, h.question.RootTime)
	at, bad := time.Parse(time.RFC3339, written)
	return err == nil && bad == nil && at.After(root.Add(time.Hour))
}

func (h *history) tellOfProducts(a *Answer, all *layer) {
	repeated, withoutOrigin, lots := []any{}, []string{}, []any{}
	for _, id := range sorted16(sortedKeys(all.ways)) {
		made, used := map[string]bool{}, map[string]bool{}
		origin := false
		for _, e := range h.events[id] {
			if !e.counts() {
				continue
			}
			if h.makes(e, id) {
				made[e.said.Event] = true
			}
			if e.has(id, "input") {
				used[e.said.Event] = true
			}
			origin = origin || e.has(id, "output") || e.said.Change == "add"
		}
		instance := h.nature(id) == "instance"
		if instance && (len(made) > 1 || len(used) > 1) {
			repeated = append(repeated, text.Object{"traceId": id, "made": len(made), "used": len(used)})
		}
		if all.ways[id]["product"] && !origin {
			withoutOrigin = append(withoutOrigin, id)
		}
		if instance && all.ways[id]["product"] {
			for _, lot := range h.lotsNamed(id) {
				lots = append(lots, text.Object{"item": id, "lot": lot})
			}
		}
	}
	a.Object["repeated"], a.Object["withoutOrigin"], a.Object["lots"] = repeated, withoutOrigin, lots
}

// lotsNamed for an item, by the first event that names each.
func (h *history) lotsNamed(item string) []string {
	events := append([]*event{}, h.events[item]...)
	sort.Slice(events, func(i, j int) bool {
		a, b := events[i], events[j]
		return a.said.Time+a.said.RecordID+a.place.TxID < b.said.Time+b.said.RecordID+b.place.TxID
	})
	var lots []string
	seen := map[string]bool{}
	for _, e := range events {
		for _, lot := range e.lotsOf(item) {
			if !seen[lot] && h.counterpart(e, lot) {
				seen[lot] = true
				lots = append(lots, lot)
			}
		}
	}
	return lots
}
