package lineage

import "sort"

var bonds = []string{"aggregation", "association", "other"}

// parentsOf an identifier, with the bonds.
func (h *history) parentsOf(id string) []pair {
	seen := map[pair]bool{}
	for _, e := range h.events[id] {
		if e.has(id, "child") && h.plainly(e, id, "child") {
			seen[pair{e.row.Parent, id, e.said.Bond}] = true
		}
	}
	return sortedPairs(seen)
}

// childrenOf an identifier, with the bonds.
func (h *history) childrenOf(id string) []pair {
	seen := map[pair]bool{}
	for _, e := range h.events[id] {
		if e.has(id, "parent") {
			for _, child := range h.leads(e, "child") {
				seen[pair{id, child, e.said.Bond}] = true
			}
		}
	}
	return sortedPairs(seen)
}

func sortedPairs(set map[pair]bool) []pair {
	var pairs []pair
	for p := range set {
		pairs = append(pairs, p)
	}
	sort.Slice(pairs, func(i, j int) bool {
		a, b := pairs[i], pairs[j]
		return a.parent+"\x00"+a.child+"\x00"+a.bond < b.parent+"\x00"+b.child+"\x00"+b.bond
	})
	return pairs
}

func meet(a, b span) (span, bool) {
	both := span{from: max(a.from, b.from), to: min(a.to, b.to), because: union(a.because, b.because)}
	return both, both.from <= both.to
}

// use is a part of a window, cut to a time, and the ends at which loadings and unloadings are told apart.
type use struct {
	bounds, cut span
	by          string // who tells of it
}

// uses of a window within a span of time. In `certain` each part has ends of its own.
func (c *closure) uses(w *window, within span) []use {
	var uses []use
	for _, part := range w.parts {
		cut, meets := meet(part, within)
		if !meets || !c.all && len(cut.because) > 0 {
			continue
		}
		bounds := span{from: part.from, to: part.to}
		if c.all {
			bounds = span{from: w.from, to: w.to}
		}
		by := ""
		if tellers := sortedKeys(w.openedBy); len(tellers) > 0 {
			by = tellers[0]
		}
		uses = append(uses, use{bounds, cut, by})
	}
	return uses
}

// containers of an identifier in a span of time: their events then, and theirs in turn.
func (c *closure) containers(id string, within span) {
	for _, p := range c.h.parentsOf(id) {
		within := within
		within.because = union(within.because, union(c.h.classOnly(id), c.h.classOnly(p.parent)))
		c.consult(p, within)
		var uses []use
		for _, w := range c.h.windows(p, c.all) {
			own := c.uses(w, within)
			c.follow(p, w, own)
			uses = append(uses, own...)
		}
		c.contain(p, uses)
		c.leftBehind(p, within)
	}
}

// stay is a window of a pair.
type stay struct {
	pair     pair
	from, to int
}

func (c *closure) follow(p pair, w *window, uses []use) {
	if len(uses) > 0 {
		c.followed[stay{p, w.from, w.to}] = true
	}
}

// consult notes a parent in which the child would have been, had nobody emptied it: its events say whether it was.
func (c *closure) consult(p pair, within span) {
	for _, w := range c.h.windowsUnemptied(p) {
		if _, meets := meet(span{from: w.from, to: w.to}, within); meets {
			c.consulted[p.parent] = true
		}
	}
}

// contain reaches a parent as a container, and shows the events of its uses.
func (c *closure) contain(p pair, uses []use) {
	for _, one := range uses {
		c.by = one.by
		c.reach(state{way: "container", id: p.parent}, one.cut, one.cut.because)
	}
	c.by = ""
	if len(uses) > 0 && len(c.pending) > 0 {
		c.pending[len(c.pending)-1].then = func() {
			for _, e := range c.h.events[p.parent] {
				c.showInside(p, e, uses)
			}
		}
	}
}

// showInside shows an event of a parent that is in one of the uses, with the reasons of all that have its time.
func (c *closure) showInside(p pair, e *event, uses []use) {
	var because []string
	inside, plainly := false, false
	for _, one := range uses {
		if e.at < one.cut.from || e.at > one.cut.to {
			continue
		}
		reasons := one.cut.because
		if c.h.isInside(e, p, one.bounds) {
			inside = true
			if c.h.isTurned(e, p, one.bounds) {
				reasons = union(reasons, []string{"SAME_TIME"})
			}
			plainly = plainly || len(reasons) == 0
		}
		because = union(because, reasons)
	}
	if !c.all && plainly {
		because = nil
	}
	if !inside {
		return
	}
	c.show(e, because)
	c.need(p.parent, e)
	if !c.up {
		// What it held went into what it was used for.
		c.transform(e, p.parent, because)
	}
}

// isInside leaves out, at the ends of a window, loadings and unloadings of something else.
func (h *history) isInside(e *event, p pair, w span) bool {
	if h.names(e, p.child) || e.said.Bond != p.bond {
		return true
	}
	return !(e.at == w.to && e.loads(p.parent)) && !(e.at == w.from && e.unloads(p.parent))
}

// isTurned says whether the parent was both loaded and unloaded at an end of a window, and the event is something else.
func (h *history) isTurned(e *event, p pair, w span) bool {
	if e.at != w.from && e.at != w.to || e.said.Bond == p.bond && (e.loads(p.parent) || e.unloads(p.parent)) {
		return false
	}
	loaded, unloaded := false, false
	for _, other := range h.events[p.parent] {
		if other.at == e.at && other.said.Bond == p.bond && other.counts() {
			loaded = loaded || other.loads(p.parent)
			unloaded = unloaded || other.unloads(p.parent)
		}
	}
	return loaded && unloaded
}

// children of a product, where their window has a time in the span.
func (c *closure) children(id string, within span) {
	for _, p := range c.h.childrenOf(id) {
		class := union(c.h.classOnly(id), c.h.classOnly(p.child))
		for _, w := range c.h.windows(p, c.all) {
			for _, part := range w.parts {
				if cut, meets := meet(part, within); meets {
					c.reach(state{way: "product", id: p.child}, cut, union(cut.because, class))
				}
			}
		}
	}
}
