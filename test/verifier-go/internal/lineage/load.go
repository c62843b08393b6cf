package lineage

// load is an input into which something was ever put: it stands for what it held.
func (c *closure) load(id string, used span) {
	for _, e := range c.h.events[id] {
		if e.has(id, "input") || e.has(id, "output") {
			c.show(e, nil)
		}
		if c.h.strangersLoad(id) {
			c.show(e, []string{"STRANGER"})
		}
		c.need(id, e)
		c.transform(e, id, nil)
	}
	for _, d := range c.h.declarations[id] {
		c.need(id, d)
	}
	c.items(id)
	c.lotsOf(id)
	if c.h.strangersLoad(id) {
		within := c.h.always()
		within.because = []string{"STRANGER"}
		c.containers(id, within)
	}
	for _, p := range c.h.childrenOf(id) {
		for _, w := range c.h.windows(p, c.all) {
			c.held(p, w, used)
		}
	}
	for _, one := range c.h.emptied(id, used) {
		because := []string{"EMPTIED"}
		c.inWindow(one.pair, one.window, because)
		stay := span{from: one.window.from, to: one.window.to}
		c.input(one.pair.child, stay, union(because, c.classes(one.pair)))
	}
}

func (c *closure) classes(p pair) []string {
	return union(c.h.classOnly(p.parent), c.h.classOnly(p.child))
}

// held follows a window that has any of the time, with what it held then.
func (c *closure) held(p pair, w *window, used span) {
	holds := false
	for _, part := range w.parts {
		cut, meets := meet(part, used)
		if !meets || !c.all && len(part.because) > 0 {
			continue
		}
		holds = true
		c.input(p.child, cut, union(cut.because, c.classes(p)))
		if c.h.strangersLoad(p.parent) {
			c.reach(state{way: "product", id: p.child}, cut, union(union(cut.because, c.classes(p)), []string{"STRANGER"}))
		}
	}
	if holds && c.h.isLoaded(p.child) {
		used.because = c.classes(p)
		uses := c.uses(w, used)
		c.follow(p, w, uses)
		c.contain(p, uses)
	} else if holds {
		c.inWindow(p, w, nil)
	}
}

// inWindow shows what a load did in a window of what it held.
func (c *closure) inWindow(p pair, w *window, because []string) {
	within := c.h.always()
	within.because = union(because, c.classes(p))
	uses := c.uses(w, within)
	c.follow(p, w, uses)
	c.contain(p, uses)
}

type heldWindow struct {
	pair   pair
	window *window
}

// isLoaded says whether an event that counts tells that anything was in an identifier, which is not built in.
func (h *history) isLoaded(id string) bool { return len(h.loaders(id)) > 0 }

// loaders are who tells that anything was in an identifier.
func (h *history) loaders(id string) map[string]bool {
	by := map[string]bool{}
	for _, e := range h.events[id] {
		if e.has(id, "parent") && e.said.Change != "empty" && e.said.Bond != "association" && e.counts() {
			by[e.place.Organisation] = true
		}
	}
	return by
}

// strangersLoad says whether none of those who put anything in is familiar with the identifier.
func (h *history) strangersLoad(id string) bool { return !h.anyFamiliar(id, h.loaders(id)) }

// anyFamiliar says whether one of the organisations recorded two events of an identifier that are no unloadings.
func (h *history) anyFamiliar(id string, organisations map[string]bool) bool {
	told := map[string]map[string]bool{}
	for _, e := range h.events[id] {
		if !e.counts() || e.unloads(id) || !organisations[e.place.Organisation] {
			continue
		}
		if told[e.place.Organisation] == nil {
			told[e.place.Organisation] = map[string]bool{}
		}
		told[e.place.Organisation][e.said.Event] = true
		if len(told[e.place.Organisation]) > 1 {
			return true
		}
	}
	return false
}

// emptied are the stays in an identifier that ended last before a time at which nobody familiar with it tells of a load.
func (h *history) emptied(id string, used span) []heldWindow {
	last := -1
	var stays []heldWindow
	for _, p := range h.childrenOf(id) {
		if p.bond == "association" {
			continue
		}
		for _, w := range h.vouched(p) {
			if w.isCertainIn(used) {
				return nil
			}
		}
		for _, w := range h.read(p, true) {
			if w.to >= used.from {
				continue
			}
			stays = append(stays, heldWindow{p, w})
			if h.anyFamiliar(id, w.openedBy) && h.isEverCertain(p, w) {
				last = max(last, w.to)
			}
		}
	}
	var found []heldWindow
	for _, one := range stays {
		if one.window.to >= last {
			found = append(found, one)
		}
	}
	return found
}

func (w *window) isCertainIn(used span) bool {
	for _, part := range w.parts {
		if len(part.because) == 0 && part.from <= used.to && used.from <= part.to {
			return true
		}
	}
	return false
}

// isEverCertain says whether a stay is certain at some time.
func (h *history) isEverCertain(p pair, stay *window) bool {
	for _, w := range h.vouched(p) {
		for _, part := range w.parts {
			if len(part.because) == 0 && part.from <= stay.to && part.to >= stay.from {
				return true
			}
		}
	}
	return false
}

// leftBehind follows, going down, what a parent was used for after the child had left it last.
func (c *closure) leftBehind(p pair, within span) {
	if c.up || !c.all {
		return
	}
	for _, e := range c.h.events[p.parent] {
		if !e.has(p.parent, "input") {
			continue
		}
		for _, one := range c.h.emptied(p.parent, span{from: e.at, to: e.at}) {
			if _, meets := meet(span{from: one.window.from, to: one.window.to}, within); one.pair == p && meets {
				because := union(within.because, []string{"EMPTIED"})
				c.need(p.parent, e)
				c.transform(e, p.parent, because)
			}
		}
	}
}
