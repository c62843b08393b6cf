package lineage

import "sort"

var bonds = []string{"aggregation", "association", "other"}

// parentsOf an identifier, with the bonds.
func (h *history) parentsOf(id string) []pair {
	seen := map[pair]bool{}
	for _, e := range h.events[id] {
		if e.has(id, "child") && h.plainly(e, id, "child") {
			seen[pair{e.rows[id].Parent, id, e.said.Bond}] = true
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

// readings of a pair: its windows in a layer, cut into parts that have the same reasons.
type reading struct {
	window *window
	parts  []span
}

func (c *closure) readings(p pair) []reading {
	var out []reading
	for _, w := range c.h.windows(p, c.all) {
		r := reading{window: w}
		cuts := map[int]bool{w.from: true}
		for _, u := range append(append([]span{}, w.undecided...), w.sure...) {
			cuts[max(u.from, w.from)] = true
			if u.to < w.to {
				cuts[u.to+1] = true
			}
		}
		starts := make([]int, 0, len(cuts))
		for at := range cuts {
			starts = append(starts, at)
		}
		sort.Ints(starts)
		for i, from := range starts {
			to := w.to
			if i+1 < len(starts) {
				to = starts[i+1] - 1
			}
			part := span{from: from, to: to}
			for _, u := range w.undecided {
				if u.from <= from && u.to >= to {
					part.because = union(part.because, u.because)
				}
			}
			if !c.all && w.isSure(from) {
				part.because = nil
			}
			r.parts = append(r.parts, part)
		}
		out = append(out, r)
	}
	return out
}

func (w *window) isSure(at int) bool {
	for _, s := range w.sure {
		if s.from == at {
			return true
		}
	}
	return false
}

func meet(a, b span) (span, bool) {
	both := span{from: max(a.from, b.from), to: min(a.to, b.to), because: union(a.because, b.because)}
	return both, both.from <= both.to
}

// containers of an identifier in a span of time: their events then, and theirs in turn.
func (c *closure) containers(id string, within span) {
	for _, p := range c.h.parentsOf(id) {
		class := union(c.h.classOnly(id), c.h.classOnly(p.parent))
		for _, r := range c.readings(p) {
			for _, part := range r.parts {
				cut, meets := meet(part, within)
				if !meets {
					continue
				}
				cut.because = union(cut.because, class)
				if !c.all && len(cut.because) > 0 {
					continue
				}
				c.inside[p] = true
				c.showInside(p, r.window, cut)
				c.reach(state{way: "container", id: p.parent}, cut, cut.because)
			}
		}
	}
}

// showInside shows the events of a parent in a part of a window.
func (c *closure) showInside(p pair, w *window, part span) {
	for _, e := range c.h.events[p.parent] {
		if e.at < part.from || e.at > part.to || !c.h.isInside(e, p, w) {
			continue
		}
		because := part.because
		if c.h.isTurned(e, p, w) {
			because = union(because, []string{"SAME_TIME"})
		}
		c.show(e, because)
		if !c.up {
			// What it held went into what it was used for.
			c.transform(e, p.parent, because)
		}
	}
}

// isInside leaves out, at the ends of a window, loadings and unloadings of something else.
func (h *history) isInside(e *event, p pair, w *window) bool {
	if e.rows[p.child] != nil || e.said.Change == "empty" && e.said.Bond == p.bond {
		return true
	}
	return !(e.at == w.to && e.loads(p.parent)) && !(e.at == w.from && e.unloads(p.parent))
}

// isTurned says whether the parent was both loaded and unloaded at an end of a window, and the event is something else.
func (h *history) isTurned(e *event, p pair, w *window) bool {
	if e.at != w.from && e.at != w.to || e.loads(p.parent) || e.unloads(p.parent) {
		return false
	}
	loaded, unloaded := false, false
	for _, other := range h.events[p.parent] {
		if other.at == e.at && other.counts() {
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
		for _, r := range c.readings(p) {
			for _, part := range r.parts {
				if cut, meets := meet(part, within); meets {
					c.inside[p] = true
					c.reach(state{way: "product", id: p.child}, cut, union(cut.because, class))
				}
			}
		}
	}
}

// load is an input into which something was ever put: it stands for what it held.
func (c *closure) load(id string, at int) {
	for _, e := range c.h.events[id] {
		if e.has(id, "input") || e.has(id, "output") {
			c.show(e, nil)
		}
		c.transform(e, id, nil)
	}
	c.items(id)
	c.lotsOf(id)
	held := c.held(id, func(part span) bool { return part.from <= at && part.to >= at })
	var because []string
	if len(held) == 0 {
		last := beforeAll
		for _, p := range c.h.childrenOf(id) {
			for _, r := range c.readings(p) {
				if r.window.to < at {
					last = max(last, r.window.to)
				}
			}
		}
		held = c.held(id, func(part span) bool { return part.to == last })
		because = []string{"EMPTIED"}
	}
	for _, one := range held {
		reasons, used := one.part.because, span{from: at, to: at}
		if len(because) > 0 {
			reasons, used = because, span{from: one.part.to, to: one.part.to}
		}
		reasons = union(reasons, union(c.h.classOnly(id), c.h.classOnly(one.pair.child)))
		c.inside[one.pair] = true
		c.reach(state{way: "product", id: one.pair.child}, used, reasons)
		for _, part := range one.reading.parts {
			whole := span{part.from, part.to, union(because, part.because)}
			if !c.all && len(whole.because) > 0 {
				continue
			}
			c.showInside(one.pair, one.reading.window, whole)
			c.reach(state{way: "container", id: id}, whole, whole.because)
		}
	}
}

type heldPart struct {
	pair    pair
	reading reading
	part    span
}

func (c *closure) held(id string, is func(part span) bool) []heldPart {
	var held []heldPart
	for _, p := range c.h.childrenOf(id) {
		for _, r := range c.readings(p) {
			for _, part := range r.parts {
				if is(part) && (c.all || len(part.because) == 0) {
					held = append(held, heldPart{p, r, part})
				}
			}
		}
	}
	return held
}
