package lineage

import (
	"slices"

	"cotrace.example/verifier/internal/text"
)

// state is an identifier, reached in one way.
type state struct {
	way          string // product, load, container, lot, process
	id           string
	times        [2]int // of a load: from when to when it was used
	organisation string // of a process: of the event that it was reached from
}

// edge leads to an identifier for a time, from an event of an organisation or from none.
type edge struct {
	state
	span
	by   string
	then func() // what is shown where the limit lets the identifier in
}

// stay is a window of a pair that the lineage went through.
type stay struct {
	pair
	from, to int
}

// layer is what is reached: in `certain` by edges without a reason, in `all` by every one, with the reasons.
type layer struct {
	all       bool
	ways      map[string]set[string]
	because   map[string]why
	shown     map[eventKey]why
	followed  set[stay]
	consulted set[string] // parents whose events decide what was in them
	needed    set[*event] // as record
}

// closure follows edges in one direction.
type closure struct {
	*layer
	h       *history
	up      bool
	reached map[state][]span // pieces that do not touch
	pending []edge
	by      string // who recorded the event that is followed
}

func (h *history) close(l *layer, direction string) {
	c := &closure{layer: l, h: h, up: direction == "up", reached: map[state][]span{}}
	c.reach(state{way: "product", id: h.TraceID}, h.always(), 0)
	if direction == "none" {
		c.enter(c.pending[0])
		for _, e := range h.events[h.TraceID] {
			c.show(e, 0)
		}
		c.needAll(h.TraceID)
		return
	}
	// In rounds: what the last one led to by TraceID; what the limit leaves is cut.
	for len(c.pending) > 0 {
		edges := c.pending
		c.pending = nil
		slices.SortStableFunc(edges, func(a, b edge) int { return text.Compare(a.id, b.id) })
		var work []func()
		for _, one := range edges {
			if !h.taken[one.id] && len(h.taken) >= h.Limits.Identifiers {
				h.leave(one.id, one.by)
				continue
			}
			work = append(work, c.enter(one)...)
			if one.then != nil {
				one.then()
			}
		}
		for _, expand := range work {
			expand()
		}
	}
}

func (h *history) leave(id, organisation string) {
	cut := Cut{TraceID: id}
	if organisation != "" {
		cut.Organisation = &organisation
	}
	h.cut = append(h.cut, cut)
}

// reach goes along an edge to an identifier for a span of time, in the next round.
func (c *closure) reach(s state, w span, because why) {
	if w.because = because; c.all || because == 0 {
		c.pending = append(c.pending, edge{s, w, c.by, nil})
	}
}

// enter gives what is to be done for the times at which an identifier was not reached before.
func (c *closure) enter(one edge) (work []func()) {
	way := one.way
	if way == "load" {
		way = "product"
	}
	c.h.taken[one.id] = true
	addTo(c.ways, one.id, way)
	c.layer.because[one.id] |= one.span.because
	known := c.reached[one.state]
	fresh := []span{{from: one.from, to: one.to}}
	for _, piece := range known {
		var left []span
		for _, s := range fresh {
			left = append(left, s.without(piece)...)
		}
		fresh = left
	}
	for i, s := range fresh {
		isFirst := i == 0 && len(known) == 0
		work = append(work, func() { c.expand(one.state, s, isFirst) })
	}
	c.reached[one.state] = append(known, fresh...)
	return work
}

func (s span) without(other span) (left []span) {
	if other.to < s.from || other.from > s.to {
		return []span{s}
	}
	if s.from < other.from {
		left = append(left, span{from: s.from, to: other.from - 1})
	}
	if s.to > other.to {
		left = append(left, span{from: other.to + 1, to: s.to})
	}
	return left
}

func (c *closure) expand(s state, w span, isFirst bool) {
	switch s.way {
	case "product":
		if isFirst {
			c.product(s.id)
		}
		c.children(s.id, w)
	case "load":
		c.load(s.id, span{from: s.times[0], to: s.times[1]})
	case "container":
		c.containers(s.id, w)
	case "lot":
		c.lot(s.id)
	case "process":
		c.process(s)
	}
}

// show takes an event into the answer, for these reasons and its own.
func (c *closure) show(e *event, because why) {
	if because |= e.own; c.all || because == 0 {
		c.shown[e.key()] |= because
	}
}

// needAll says that every event of a trace must be shown as record.
func (c *closure) needAll(id string) {
	for _, e := range slices.Concat(c.h.events[id], c.h.declarations[id]) {
		c.needed[e] = true
	}
}

var processRoles = []string{"process", "process-gives", "process-takes"}

// hasBeside says whether an event has its identifier in a role that is none of these.
func (e *event) hasBeside(roles ...string) bool {
	return slices.ContainsFunc(e.Roles, func(role string) bool { return !slices.Contains(roles, role) })
}

func (c *closure) product(id string) {
	c.needAll(id)
	for _, e := range c.h.events[id] {
		isAsked := id == c.h.TraceID
		if isAsked || e.hasBeside(processRoles...) {
			c.show(e, 0)
		}
		c.transform(e, 0)
		if isAsked && slices.ContainsFunc(processRoles, e.has) {
			c.reach(state{way: "process", id: id}, c.h.always(), 0)
		}
	}
	c.lots(id)
	c.containers(id, c.h.always())
}

// transform follows an event from an output to its inputs, or from an input to its outputs, and by its process.
func (c *closure) transform(e *event, because why) {
	from, to := "input", "output"
	if c.up {
		from, to = to, from
	}
	if !c.h.isPlainly(e, from) {
		return
	}
	because |= e.own | c.h.isClass(e.id)
	if c.up {
		because |= c.h.twice(e.id)
	}
	c.otherSide(e, to, because)
	c.by = e.Organisation
	for _, process := range c.h.leads(e, "process") {
		c.reach(state{way: "process", id: process, organisation: e.Organisation}, c.h.always(), because)
	}
	c.by = ""
}

// otherSide reaches what an event has in a role: inputs at its time, outputs from it on.
func (c *closure) otherSide(e *event, role string, because why) {
	c.by = e.Organisation
	for _, id := range c.h.leads(e, role) {
		reasons := because | c.h.isClass(id)
		if c.up {
			c.reachLoad(id, span{from: e.at, to: e.at}, reasons)
		} else {
			c.reach(state{way: "product", id: id}, span{from: e.at, to: c.h.behindAll}, reasons|c.h.twice(id))
		}
	}
	c.by = ""
}

func (c *closure) process(s state) {
	role, to := "process-takes", "output"
	if c.up {
		role, to = "process-gives", "input"
	}
	for _, e := range c.h.events[s.id] {
		if !e.has(role) {
			continue
		}
		var because why
		if s.organisation != "" && e.Organisation != s.organisation {
			because = otherOrganisation
		}
		c.show(e, because)
		c.needed[e] = true
		c.otherSide(e, to, because|e.own)
	}
}

// twice is the reason of edges of an output of which organisations tell different makings, none of them all.
func (h *history) twice(id string) why {
	makings, by := set[string]{}, map[string]set[string]{}
	for _, e := range h.events[id] {
		if e.counts() && e.record != nil && e.makes() {
			entries := []string{}
			for _, entry := range e.record.Entries {
				entries = append(entries, text.InOrder(entry))
			}
			slices.Sort(entries)
			making := text.InOrder([]any{e.Event, e.Time, e.Bond, e.Change, e.record.Step, entries})
			makings[making] = true
			addTo(by, e.Organisation, making)
		}
	}
	for _, told := range by {
		if len(told) == len(makings) {
			return 0
		}
	}
	if len(makings) < 2 {
		return 0
	}
	return madeTwice
}
