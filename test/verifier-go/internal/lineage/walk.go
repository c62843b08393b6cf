package lineage

import (
	"cmp"
	"slices"
	"strings"

	"cotrace.example/verifier/internal/text"
)

// state is an identifier, reached in one way for a time.
type state struct {
	way, id string // product, load, container, lot, process
	at      span
	of      part   // of a container: what it is reached for
	by      string // of a process: who recorded the event that it was reached from
	because why
	from    *string // who recorded the event that leads there, if one does
}

// layer is what is reached: in `certain` by edges without a reason, in `all` by every one, with the reasons.
type layer struct {
	*history
	how           reading // plainly or wholly
	from, to, via string  // roles that are followed
	visited       set[state]
	pending       []state
	ways          map[string]set[string]
	because       map[string]set[why]
	shown         map[eventKey]set[why]
	first         map[eventKey]*event     // of the rows of a shown event that differ
	followed      map[string]set[*window] // by parent
}

func (h *history) layer(how reading) *layer {
	l := &layer{history: h, how: how, ways: map[string]set[string]{}, because: map[string]set[why]{}}
	l.shown, l.first, l.followed = map[eventKey]set[why]{}, map[eventKey]*event{}, map[string]set[*window]{}
	if h.Direction != "down" {
		l.walk("output", "input", "process-gives")
	}
	if h.Direction == "down" || h.Direction == "both" {
		l.walk("input", "output", "process-takes")
	}
	return l
}

// walk follows edges in rounds: what the last one led to by TraceID; what the limit leaves is cut.
func (l *layer) walk(from, to, via string) {
	expand := map[string]func(state){
		"product": l.product, "load": l.product, "container": l.container, "lot": l.lot, "process": l.process,
	}
	l.from, l.to, l.via, l.visited = from, to, via, set[state]{}
	l.reach(state{way: "product", id: l.TraceID, at: always})
	for _, e := range l.events[l.TraceID] {
		l.show("", e)
		if l.Direction != "none" && strings.Contains(strings.Join(e.Roles, " "), "process") {
			l.reach(state{way: "process", id: l.TraceID})
		}
	}
	for len(l.pending) > 0 {
		edges := l.pending
		l.pending = nil
		slices.SortStableFunc(edges, func(a, b state) int { return text.Compare(a.id, b.id) })
		for _, one := range edges {
			if !l.taken[one.id] && len(l.taken) >= l.Limits.Identifiers {
				l.cut = append(l.cut, Cut{one.id, one.from})
				continue
			}
			l.taken[one.id] = true
			l.need(one.id)
			addTo(l.ways, one.id, strings.Replace(one.way, "load", "product", 1))
			addTo(l.because, one.id, one.because)
			if one.because, one.from = "", nil; !l.visited[one] {
				l.visited[one] = true
				expand[one.way](one)
			}
		}
	}
}

func (l *layer) isUp() bool { return l.from == "output" }

func (l *layer) reach(s state) {
	if l.how == wholly || s.because == "" {
		l.pending = append(l.pending, s)
	}
}

func (l *layer) show(because why, events ...*event) {
	for _, e := range events {
		if reasons := join(because, e.own); l.how == wholly || reasons == "" {
			addTo(l.shown, e.key(), reasons)
			if first := l.first[e.key()]; first == nil || inOrder(e, first) < 0 {
				l.first[e.key()] = e
			}
			l.need(e.id, e)
		}
	}
}

// product leads to what it was made of or went into. A load, an input into which something was ever put, stands for what it
// held: its other events are shown only where nobody familiar with it tells of what was put in.
func (l *layer) product(s state) {
	events, isLoad := l.events[s.id], s.way == "load" && len(l.loaders(s.id)) > 0
	doubt := when(isLoad && !l.isFamiliar(s.id, l.loaders(s.id)), "STRANGER")
	isWhole := !isLoad || doubt != ""
	l.need(s.id, slices.Concat(events, l.declarations[s.id])...)
	l.show("", filter(events, func(e *event) bool { return e.has("input") || e.has("output") })...)
	l.show(doubt, filter(events, func(e *event) bool { return isWhole && e.hasBeside("process") })...)
	if l.Direction == "none" {
		return
	}
	for _, e := range events {
		l.transform(e, "")
		// Items lead to their lots, and lots to their items, in whatever role events name the lot.
		for _, one := range filter(e.record.Entries, func(one Entry) bool { return l.NatureOf(one.ID) == "instance" }) {
			if one.Lot == s.id && l.isBound(e, one.ID) {
				l.reach(state{way: "product", id: one.ID, at: always, because: l.lotReasons(one.ID, s.id)})
			} else if one.ID == s.id && one.Lot != "" && l.isBound(e, one.Lot) {
				because := join(l.lotReasons(s.id, one.Lot), when(!l.isUp(), "LOT_PART"))
				l.reach(state{way: "lot", id: one.Lot, because: because})
			}
		}
	}
	if isWhole {
		l.containers(s.id, always, doubt)
	}
	for _, one := range l.stays(l.windows(l.how, l.childrenOf(s.id)), s.at) {
		if isWhole {
			because := join(one.because, doubt)
			l.reach(state{way: "product", id: one.window.child, at: one.span, because: because, from: one.window.by})
		}
		if isLoad {
			l.contain(l.stays([]*window{one.window}, s.at), "")
			l.reachLoad(one.window.child, one.span, one.because, one.window.by)
		}
	}
	if !isLoad {
		return
	}
	for _, w := range l.emptied(s.id, s.at) {
		l.contain(l.stays([]*window{w}, always), "EMPTIED")
		l.reachLoad(w.child, w.span, join("EMPTIED", l.isClass(s.id, w.child)), nil)
	}
}

// reachLoad reaches what, going up, stands for its load, where anything was ever put into it.
func (l *layer) reachLoad(id string, at span, because why, from *string) {
	l.reach(state{way: cmp.Or(when(l.isUp(), "load"), "product"), id: id, at: at, because: because, from: from})
}

// container shows the events in a stay, at whose ends loadings and unloadings of something else are outside.
func (l *layer) container(s state) {
	events, of, w := l.events[s.id], s.of, s.of.window
	isLoading := func(e *event) bool { return e.Bond == w.bond && e.loads() }
	isUnloading := func(e *event) bool { return e.Bond == w.bond && e.unloads() }
	own := setOf(filter(l.eventsOf(w.pair), of.has), (*event).key)
	l.show(of.because, filter(events, func(e *event) bool { return own[e.key()] })...)
	for _, e := range filter(events, of.has) {
		isFirst, isLast := e.Time == of.bounds.from, e.Time == of.bounds.to
		if isLast && isLoading(e) || isFirst && isUnloading(e) {
			continue
		}
		// Where it was both loaded and unloaded at an end, it is open what its other events were about.
		then := filter(when(isFirst || isLast, events), func(o *event) bool { return o.Time == e.Time && o.counts() })
		isTurned := slices.ContainsFunc(then, isLoading) && slices.ContainsFunc(then, isUnloading)
		because := join(of.because, when(isTurned && !isLoading(e) && !isUnloading(e), "SAME_TIME"))
		l.show(because, e)
		if !l.isUp() {
			l.transform(e, because)
		}
	}
	used := filter(events, func(e *event) bool { return !l.isUp() && e.has("input") })
	l.need(s.id, when(len(used) > 0, events)...)
	// What left it last went into what it was used for later.
	isOwn := func(o *window) bool { return o.child == w.child && o.bond == w.bond && o.to == w.to }
	for _, e := range used {
		if slices.ContainsFunc(l.emptied(s.id, span{e.Time, e.Time}), isOwn) {
			l.transform(e, join(of.way, "EMPTIED"))
		}
	}
	l.containers(s.id, of.span, "")
}

// lot of an item: its events in other roles than lot, as of a product, but neither items nor children.
func (l *layer) lot(s state) {
	for _, e := range filter(l.events[s.id], func(e *event) bool { return e.hasBeside("lot") }) {
		because := when(!l.isUp() || !e.makes(), "LOT_PART")
		l.show(because, e)
		l.transform(e, because)
	}
	l.containers(s.id, always, "LOT_PART")
}

func (l *layer) process(s state) {
	for _, e := range filter(l.events[s.id], func(e *event) bool { return e.has(l.via) }) {
		because := when(s.by != "" && e.Organisation != s.by, "OTHER_ORGANISATION")
		l.show(because, e)
		l.otherSide(e, join(because, e.own))
	}
}

// transform follows an event from an output to its inputs, or from an input to its outputs, and by its process.
func (l *layer) transform(e *event, because why) {
	if !l.isPlainly(e, l.from) {
		return
	}
	because = join(because, e.own, l.isClass(e.id), when(l.isUp(), l.twice(e.id)))
	l.otherSide(e, because)
	for process := range l.leads(e, "process") {
		l.reach(state{way: "process", id: process, by: e.Organisation, because: because, from: &e.Organisation})
	}
}

// otherSide reaches what an event has on its other side: inputs at its time, outputs from it on.
func (l *layer) otherSide(e *event, because why) {
	for id := range l.leads(e, l.to) {
		at := span{e.Time, cmp.Or(when(l.isUp(), e.Time), forever)}
		l.reachLoad(id, at, join(because, l.isClass(id), when(!l.isUp(), l.twice(id))), &e.Organisation)
	}
}

// containers of an identifier in a span of time.
func (l *layer) containers(id string, within span, because why) {
	pairs := setOf(filter(l.events[id], l.isInside), func(e *event) pair { return pair{e.Parent, id, e.Bond, true} })
	// Where the child would have been, had nobody emptied it, its events say whether it was.
	for _, one := range l.stays(l.windows(unemptied, pairs), within) {
		l.need(one.window.parent)
	}
	l.contain(l.stays(l.windows(l.how, pairs), within), because)
}

func (l *layer) contain(stays []part, because why) {
	for _, one := range stays {
		one.because, one.way = join(one.because, because), join(because, l.isClass(one.window.parent, one.window.child))
		addTo(l.followed, one.window.parent, one.window)
		l.reach(state{way: "container", id: one.window.parent, of: one, because: one.because, from: one.window.by})
	}
}
