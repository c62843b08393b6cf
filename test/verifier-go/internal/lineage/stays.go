package lineage

import (
	"cmp"
	"maps"
	"slices"
)

// stay is a part of a window in a span of time, and what makes it undecided. Its bounds are those of the window, of a plain
// reading those of the part.
type stay struct {
	*window
	at, bounds span
	because    why
}

// stays of windows in a span of time; plainly only what is certain.
func (h *history) stays(windows []*window, within span) (stays []stay) {
	for _, w := range windows {
		isPlain, because := w.how.isPlain(), h.isClass(w.parent, w.child)
		for _, one := range filter(w.parts, func(one part) bool { return !isPlain || !one.isUndecided() }) {
			bounds := cmp.Or(when(isPlain, one.span), w.span)
			for _, in := range cut([]part{one}, within) {
				stays = append(stays, stay{w, in.span, bounds, join(one.because, because)})
			}
		}
	}
	return stays
}

// childrenOf an identifier, with the bonds.
func (h *history) childrenOf(id string) set[pair] {
	pairs := set[pair]{}
	for _, e := range filter(h.events[id], func(e *event) bool { return e.has("parent") }) {
		for child := range h.leads(e, "child") {
			pairs[pair{id, child, e.Bond}] = true
		}
	}
	return pairs
}

// containers of an identifier in a span of time. Going down, what left one last went into what it was used for later.
func (l *layer) containers(id string, within span, because why) {
	held := filter(l.events[id], func(e *event) bool {
		return e.Parent != "" && l.isPlainly(e, "child") && l.isBound(e, e.Parent)
	})
	pairs := setOf(held, func(e *event) pair { return pair{e.Parent, id, e.Bond} })
	// Where the child would have been, had nobody emptied it, its events say whether it was.
	for _, one := range l.stays(l.windows(unemptied, pairs), within) {
		l.need(one.parent)
	}
	l.contain(l.stays(l.windows(l.how, pairs), within), because)
	for p := range pairs {
		for _, e := range filter(l.events[p.parent], func(e *event) bool { return !l.isUp() && e.has("input") }) {
			ended := filter(l.emptied(p.parent, span{e.Time, e.Time}), func(w *window) bool { return w.pair == p })
			if len(l.stays(ended, within)) > 0 {
				l.transform(e, join(because, "EMPTIED", l.isClass(id, p.parent)))
			}
		}
	}
}

// contain reaches parents as containers.
func (l *layer) contain(stays []stay, because why) {
	for _, one := range stays {
		one.because = join(one.because, because)
		addTo(l.followed, one.parent, one.window)
		l.reach(state{way: "container", id: one.parent, at: one.at, of: one, because: one.because, from: one.by})
	}
}

// isInside leaves out, at the ends of a window, loadings and unloadings of something else.
func (l *layer) isInside(e *event, of stay) bool {
	isElse := e.Bond == of.bond && !l.inTrace[of.child][e.key()]
	return of.at.has(e) && !(isElse && (e.Time == of.bounds.to && e.loads() || e.Time == of.bounds.from && e.unloads()))
}

// isTurned says whether the parent was both loaded and unloaded at an end of a window, and the event is something else.
func (l *layer) isTurned(e *event, of stay) bool {
	if e.Time != of.bounds.from && e.Time != of.bounds.to || e.Bond == of.bond && (e.loads() || e.unloads()) {
		return false
	}
	then := filter(l.events[e.id], func(o *event) bool { return o.Time == e.Time && o.Bond == of.bond && o.counts() })
	return slices.ContainsFunc(then, (*event).loads) && slices.ContainsFunc(then, (*event).unloads)
}

// loaders are who tells that anything was in an identifier, which is not built in.
func (h *history) loaders(id string) set[string] {
	isLoading := func(e *event) bool {
		return e.has("parent") && e.Change != "empty" && e.Bond != "association" && e.counts()
	}
	return setOf(filter(h.events[id], isLoading), func(e *event) string { return e.Organisation })
}

// emptied are the windows in an identifier that ended last before times at which nobody familiar with it tells of a load.
func (h *history) emptied(id string, times span) []*window {
	pairs := h.childrenOf(id)
	maps.DeleteFunc(pairs, func(p pair, _ bool) bool { return p.bond == "association" })
	if len(h.loaders(id)) == 0 || len(h.stays(h.windows(familiar, pairs), times)) > 0 {
		return nil
	}
	last := since
	ended := filter(h.windows(wholly, pairs), func(w *window) bool { return w.to < times.from })
	for _, w := range filter(ended, func(w *window) bool { return h.isFamiliar(id, w.openedBy) }) {
		if len(h.stays(h.windows(familiar, set[pair]{w.pair: true}), w.span)) > 0 {
			last = max(last, w.to)
		}
	}
	return filter(ended, func(w *window) bool { return w.to >= last })
}
