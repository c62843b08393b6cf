package lineage

import "slices"

// use is a part of a window, cut to a time, and the ends at which loadings and unloadings are told apart.
type use struct{ bounds, cut span }

// uses of a window within a span of time. In `certain` each part has ends of its own.
func (c *closure) uses(w *window, within span) (uses []use) {
	for _, part := range w.parts {
		cut, meets := meet(part, within)
		if !meets || !c.all && cut.because != 0 {
			continue
		}
		bounds := w.span
		if !c.all {
			bounds = part
		}
		uses = append(uses, use{bounds, cut})
	}
	return uses
}

// containers of an identifier in a span of time: their events then, and theirs in turn.
func (c *closure) containers(id string, within span) {
	for _, p := range c.h.parentsOf(id) {
		own := within
		own.because |= c.h.isClass(id, p.parent)
		// Where the child would have been, had nobody emptied it, its events say whether it was.
		for _, w := range c.h.windowsUnemptied(p) {
			if _, meets := meet(w.span, own); meets {
				c.consulted[p.parent] = true
			}
		}
		c.contain(p, c.h.windows(p, c.all), own)
		c.leftBehind(p, own)
	}
}

// contain reaches a parent as a container in windows, and shows the events of its uses.
func (c *closure) contain(p pair, windows []*window, within span) {
	var uses []use
	for _, w := range windows {
		own := c.uses(w, within)
		if len(own) > 0 {
			c.followed[stay{p, w.from, w.to}] = true
		}
		uses = append(uses, own...)
		for _, one := range own {
			if by := sorted(w.openedBy); len(by) > 0 {
				c.by = by[0]
			}
			c.reach(state{way: "container", id: p.parent}, one.cut, one.cut.because)
			c.by = ""
		}
	}
	if len(uses) > 0 {
		c.pending[len(c.pending)-1].then = func() {
			for _, e := range c.h.events[p.parent] {
				c.showInside(p, e, uses)
			}
		}
	}
}

// showInside shows an event of a parent that is in one of the uses, with the reasons of all that have its time.
func (c *closure) showInside(p pair, e *event, uses []use) {
	var because why
	isInside, isPlain := false, false
	for _, one := range uses {
		if e.at < one.cut.from || e.at > one.cut.to {
			continue
		}
		reasons := one.cut.because
		if c.h.isInside(e, p, one.bounds) {
			isInside = true
			if c.h.isTurned(e, p, one.bounds) {
				reasons |= sameTime
			}
			isPlain = isPlain || reasons == 0
		}
		because |= reasons
	}
	if !c.all && isPlain {
		because = 0
	}
	if !isInside {
		return
	}
	c.show(e, because)
	if !c.up {
		// What it held went into what it was used for.
		c.transform(e, because)
	}
}

// isInside leaves out, at the ends of a window, loadings and unloadings of something else.
func (h *history) isInside(e *event, p pair, w span) bool {
	isElse := e.Bond == p.bond && !h.isNamed(e, p.child)
	return !(isElse && (e.at == w.to && e.loads() || e.at == w.from && e.unloads()))
}

// isTurned says whether the parent was both loaded and unloaded at an end of a window, and the event is something else.
func (h *history) isTurned(e *event, p pair, w span) bool {
	if e.at != w.from && e.at != w.to || e.Bond == p.bond && (e.loads() || e.unloads()) {
		return false
	}
	did := func(what func(*event) bool) bool {
		return slices.ContainsFunc(h.events[p.parent], func(o *event) bool {
			return o.at == e.at && o.Bond == p.bond && o.counts() && what(o)
		})
	}
	return did((*event).loads) && did((*event).unloads)
}

// children of a product, where their window has a time in the span.
func (c *closure) children(id string, within span) {
	for _, p := range c.h.childrenOf(id) {
		for _, w := range c.h.windows(p, c.all) {
			for _, part := range w.parts {
				if cut, meets := meet(part, within); meets {
					c.reach(state{way: "product", id: p.child}, cut, cut.because|c.h.isClass(id, p.child))
				}
			}
		}
	}
}

// reachLoad reaches what stands for its load, where anything was ever put into it.
func (c *closure) reachLoad(id string, w span, because why) {
	s := state{way: "product", id: id}
	if len(c.h.loaders(id)) > 0 {
		s.way, s.times = "load", [2]int{w.from, w.to}
	}
	c.reach(s, w, because)
}

// load is an input into which something was ever put: it stands for what it held.
func (c *closure) load(id string, times span) {
	c.needAll(id)
	isStrange := !c.h.isFamiliar(id, c.h.loaders(id))
	for _, e := range c.h.events[id] {
		if e.has("input") || e.has("output") {
			c.show(e, 0)
		}
		if isStrange && e.hasBeside(processRoles...) {
			c.show(e, stranger)
		}
		c.transform(e, 0)
	}
	c.lots(id)
	within := c.h.always()
	if isStrange {
		within.because = stranger
		c.containers(id, within)
	}
	for _, p := range c.h.childrenOf(id) {
		within.because = c.h.isClass(id, p.child)
		for _, w := range c.h.windows(p, c.all) {
			holds := false
			for _, part := range w.parts {
				if cut, meets := meet(part, times); meets && (c.all || part.because == 0) {
					holds = true
					c.reachLoad(p.child, cut, cut.because|within.because)
					if isStrange {
						c.reach(state{way: "product", id: p.child}, cut, cut.because|within.because|stranger)
					}
				}
			}
			then := within
			if len(c.h.loaders(p.child)) > 0 {
				then.from, then.to = times.from, times.to
			}
			if holds {
				c.contain(p, []*window{w}, then)
			}
		}
	}
	for _, one := range c.h.emptied(id, times) {
		within.because = wasEmptied | c.h.isClass(id, one.child)
		c.contain(one.pair, []*window{one.window}, within)
		c.reachLoad(one.child, one.span, within.because)
	}
}

// loaders are who tells that anything was in an identifier, which is not built in.
func (h *history) loaders(id string) set[string] {
	by := set[string]{}
	for _, e := range h.events[id] {
		if e.has("parent") && e.Change != "empty" && e.Bond != "association" && e.counts() {
			by[e.Organisation] = true
		}
	}
	return by
}

type heldWindow struct {
	pair
	*window
}

// emptied are the stays in an identifier that ended last before times at which nobody familiar with it tells of a load.
func (h *history) emptied(id string, times span) []heldWindow {
	last := -1
	var stays []heldWindow
	for _, p := range h.childrenOf(id) {
		if p.bond == "association" {
			continue
		}
		vouched := h.windowsOfFamiliar(p)
		if slices.ContainsFunc(vouched, func(w *window) bool { return w.isCertainIn(times) }) {
			return nil
		}
		for _, w := range h.read(p, true) {
			if w.to >= times.from {
				continue
			}
			stays = append(stays, heldWindow{p, w})
			isCertain := slices.ContainsFunc(vouched, func(plain *window) bool { return plain.isCertainIn(w.span) })
			if isCertain && h.isFamiliar(id, w.openedBy) {
				last = max(last, w.to)
			}
		}
	}
	return slices.DeleteFunc(stays, func(one heldWindow) bool { return one.to < last })
}

// isCertainIn says whether a stay is certain at some time of a span.
func (w *window) isCertainIn(within span) bool {
	return slices.ContainsFunc(w.parts, func(part span) bool {
		_, meets := meet(part, within)
		return part.because == 0 && meets
	})
}

// leftBehind follows, going down, what a parent was used for after the child had left it last.
func (c *closure) leftBehind(p pair, within span) {
	if c.up || !c.all {
		return
	}
	for _, e := range c.h.events[p.parent] {
		if !e.has("input") {
			continue
		}
		for _, one := range c.h.emptied(p.parent, span{from: e.at, to: e.at}) {
			if _, meets := meet(one.span, within); one.pair == p && meets {
				c.transform(e, within.because|wasEmptied)
			}
		}
	}
}
