package lineage

import (
	"sort"
	"strings"

	"cotrace.example/verifier/internal/text"
)

// pieces are spans that rise and do not touch.
type pieces []span

// without gives what of a span is in none of the pieces.
func (p pieces) without(s span) []span {
	var left []span
	from := s.from
	for _, piece := range p {
		if piece.to < from || piece.from > s.to {
			continue
		}
		if piece.from > from {
			left = append(left, span{from: from, to: piece.from - 1})
		}
		from = piece.to + 1
	}
	if from <= s.to {
		left = append(left, span{from: from, to: s.to})
	}
	return left
}

func (p pieces) with(s span) pieces {
	all := append(append(pieces{}, p...), s)
	sort.Slice(all, func(i, j int) bool { return all[i].from < all[j].from })
	var merged pieces
	for _, one := range all {
		if last := len(merged) - 1; last >= 0 && one.from <= merged[last].to+1 {
			merged[last].to = max(merged[last].to, one.to)
		} else {
			merged = append(merged, span{from: one.from, to: one.to})
		}
	}
	return merged
}

// state is an identifier, reached in one way.
type state struct {
	way string // product, load, container, lot, process
	id  string
	// of: of a load the time in which it was used, of a process the organisation that it was reached from.
	from, to     int
	organisation string
}

type visit struct {
	state
	span  span
	first bool
}

// closure follows edges: in `certain` those without a reason, in `all` every one, and keeps the reasons.
type closure struct {
	h         *history
	up        bool
	all       bool
	reached   map[state]pieces
	pending   []edge
	work      []visit
	by        string // who recorded the event that is followed
	ways      map[string]map[string]bool
	order     []string
	idReasons map[string]map[string]bool
	shown     map[eventKey]map[string]bool
	followed  map[stay]bool              // windows that the lineage went through
	consulted map[string]bool            // parents whose events decide what was in them
	records   map[string]map[*event]bool // events that must be shown as record, by trace
}

func (h *history) close(direction string, all bool) *closure {
	c := &closure{
		h: h, up: direction == "up", all: all, reached: map[state]pieces{}, ways: map[string]map[string]bool{},
		idReasons: map[string]map[string]bool{}, shown: map[eventKey]map[string]bool{},
		followed: map[stay]bool{}, consulted: map[string]bool{}, records: map[string]map[*event]bool{},
	}
	c.reach(state{way: "product", id: h.question.TraceID}, h.always(), nil)
	if direction == "none" {
		for _, asked := range c.pending {
			c.h.taken[asked.state.id] = true
			c.enter(asked.state, asked.span, nil)
		}
		for _, e := range h.events[h.question.TraceID] {
			c.show(e, nil)
			c.need(h.question.TraceID, e)
		}
		for _, d := range h.declarations[h.question.TraceID] {
			c.need(h.question.TraceID, d)
		}
		return c
	}
	for len(c.pending) > 0 {
		c.round()
	}
	return c
}

// edge leads to an identifier, from an event of an organisation or from none.
type edge struct {
	state        state
	span         span
	because      []string
	organisation string
	then         func() // what is shown where the limit lets the identifier in
}

// round takes what the last one led to, by TraceID; what the limit leaves is cut.
func (c *closure) round() {
	edges := c.pending
	c.pending = nil
	sort.SliceStable(edges, func(i, j int) bool { return text.Less(edges[i].state.id, edges[j].state.id) })
	for _, one := range edges {
		if !c.h.taken[one.state.id] && len(c.h.taken) >= c.h.question.Identifiers {
			c.h.cut[[2]string{one.state.id, one.organisation}] = true
			continue
		}
		c.h.taken[one.state.id] = true
		c.enter(one.state, one.span, one.because)
		if one.then != nil {
			c.by = ""
			one.then()
		}
	}
	work := c.work
	c.work = nil
	for _, next := range work {
		c.by = ""
		c.expand(next)
	}
}

func (h *history) always() span { return span{from: beforeAll, to: h.behindAll} }

// reach goes along an edge to an identifier for a span of time, in the next round.
func (c *closure) reach(s state, w span, because []string) {
	if c.all || len(because) == 0 {
		c.pending = append(c.pending, edge{s, w, because, c.by, nil})
	}
}

func (c *closure) enter(s state, w span, because []string) {
	way := s.way
	if way == "load" {
		way = "product"
	}
	if c.ways[s.id] == nil {
		c.ways[s.id] = map[string]bool{}
		c.idReasons[s.id] = map[string]bool{}
		c.order = append(c.order, s.id)
	}
	c.ways[s.id][way] = true
	for _, reason := range because {
		c.idReasons[s.id][reason] = true
	}
	before, known := c.reached[s]
	for _, fresh := range before.without(w) {
		c.work = append(c.work, visit{s, fresh, !known})
		known = true
	}
	c.reached[s] = before.with(w)
}

// show takes an event into the answer, for these reasons and its own.
func (c *closure) show(e *event, because []string) {
	because = union(because, e.own)
	if !c.all && len(because) > 0 {
		return
	}
	if c.shown[e.key()] == nil {
		c.shown[e.key()] = map[string]bool{}
	}
	for _, reason := range because {
		c.shown[e.key()][reason] = true
	}
}

func (c *closure) expand(v visit) {
	switch v.way {
	case "product":
		if v.first {
			c.product(v.id)
		}
		c.children(v.id, v.span)
	case "load":
		c.load(v.id, span{from: v.from, to: v.to})
	case "container":
		c.containers(v.id, v.span)
	case "lot":
		c.lot(v.id)
	case "process":
		c.process(v.id, v.organisation)
	}
}

func (c *closure) product(id string) {
	asked := id == c.h.question.TraceID
	for _, e := range c.h.events[id] {
		if asked || !e.isProcessAlone(id) {
			c.show(e, nil)
		}
		c.need(id, e)
		c.transform(e, id, nil)
		if asked && e.isProcess(id) {
			c.reach(state{way: "process", id: id}, c.h.always(), nil)
		}
	}
	for _, d := range c.h.declarations[id] {
		c.need(id, d)
	}
	c.items(id)
	c.lotsOf(id)
	c.containers(id, c.h.always())
}

// need says that an event of a trace must be shown as record.
func (c *closure) need(id string, e *event) {
	if c.records[id] == nil {
		c.records[id] = map[*event]bool{}
	}
	c.records[id][e] = true
}

func (e *event) isProcess(id string) bool {
	return e.has(id, "process") || e.has(id, "process-gives") || e.has(id, "process-takes")
}

func (e *event) isProcessAlone(id string) bool {
	for _, role := range e.row.Roles {
		if role != "process" && role != "process-gives" && role != "process-takes" {
			return false
		}
	}
	return true
}

// transform follows an event from an output to its inputs, or from an input to its outputs, and by its process.
func (c *closure) transform(e *event, id string, because []string) {
	from, to := "input", "output"
	if c.up {
		from, to = to, from
	}
	if !c.h.plainly(e, id, from) {
		return
	}
	because = union(because, e.own)
	c.by = e.place.Organisation
	defer func() { c.by = "" }()
	if !c.up {
		for _, output := range c.h.leads(e, to) {
			c.edge(e, id, output, output, because)
		}
	} else {
		for _, input := range c.h.leads(e, to) {
			c.edge(e, id, input, id, because)
		}
	}
	for _, process := range c.h.leads(e, "process") {
		reasons := union(because, c.h.classOnly(id))
		if c.up {
			reasons = union(reasons, c.h.madeTwice(id, c.all))
		}
		c.reach(state{way: "process", id: process, organisation: e.place.Organisation}, c.h.always(), reasons)
	}
}

func (c *closure) edge(e *event, from, to, output string, because []string) {
	because = union(because, union(c.h.classOnly(from), c.h.classOnly(to)))
	because = union(because, c.h.madeTwice(output, c.all))
	c.otherSide(e, to, because)
}

// otherSide reaches the other side of an event: inputs at its time, outputs from it on.
func (c *closure) otherSide(e *event, id string, because []string) {
	switch {
	case !c.up:
		c.reach(state{way: "product", id: id}, span{from: e.at, to: c.h.behindAll}, because)
	default:
		c.input(id, span{from: e.at, to: e.at}, because)
	}
}

// input is what was used in a time: its load, if anything was ever put into it.
func (c *closure) input(id string, used span, because []string) {
	if c.h.isLoaded(id) {
		c.reach(state{way: "load", id: id, from: used.from, to: used.to}, used, because)
	} else {
		c.reach(state{way: "product", id: id}, used, because)
	}
}

func (h *history) classOnly(id string) []string {
	if h.nature(id) == "class" {
		return []string{"CLASS_ONLY"}
	}
	return nil
}

func (c *closure) process(id, organisation string) {
	gives, takes, to := "process-gives", "process-takes", "input"
	role := gives
	if !c.up {
		role, to = takes, "output"
	}
	for _, e := range c.h.events[id] {
		if !e.has(id, role) {
			continue
		}
		var because []string
		if organisation != "" && e.place.Organisation != organisation {
			because = []string{"OTHER_ORGANISATION"}
		}
		c.show(e, because)
		c.need(id, e)
		because = union(because, e.own)
		c.by = e.place.Organisation
		for _, other := range c.h.leads(e, to) {
			reasons := union(because, c.h.classOnly(other))
			if !c.up {
				reasons = union(reasons, c.h.madeTwice(other, c.all))
			}
			c.otherSide(e, other, reasons)
		}
	}
}

// madeTwice is the reason of edges of an output of which organisations tell different makings, none of them all.
func (h *history) madeTwice(id string, all bool) []string {
	makings := map[string]bool{}
	by := map[string]map[string]bool{}
	for _, e := range h.events[id] {
		if !e.counts() || e.record == nil || !h.makes(e, id) {
			continue
		}
		making := e.telling()
		makings[making] = true
		if by[e.place.Organisation] == nil {
			by[e.place.Organisation] = map[string]bool{}
		}
		by[e.place.Organisation][making] = true
	}
	for _, told := range by {
		if len(told) == len(makings) {
			return nil
		}
	}
	if len(makings) < 2 {
		return nil
	}
	return []string{"MADE_TWICE"}
}

// telling is what events have in common that tell the same.
func (e *event) telling() string {
	parts := []string{e.said.Event, e.said.Time, e.said.Bond, e.said.Change}
	if e.record != nil {
		if e.record.Step != nil {
			parts = append(parts, "step "+*e.record.Step)
		}
		var entries []string
		for _, entry := range e.record.Entries {
			entries = append(entries, strings.Join([]string{entry.ID, entry.Role, entry.Lot, amountsText(entry)}, "\x00"))
		}
		sort.Strings(entries)
		parts = append(parts, entries...)
	}
	return strings.Join(parts, "\x01")
}

// makes says whether an event makes an identifier: has it as output, or is an ObjectEvent ADD of it.
func (h *history) makes(e *event, id string) bool {
	return e.has(id, "output") || e.has(id, "subject") && e.said.Bond == "" && e.said.Change == "add"
}
