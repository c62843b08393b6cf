package lineage

import (
	"cmp"
	"maps"
	"math/big"
	"slices"
)

type span struct{ from, to string } // both included

const since, forever = "", "~" // before and behind all times

var always = span{since, forever}

func (s span) has(e *event) bool { return s.from <= e.Time && e.Time <= s.to }

// pair of a parent and what was in it under a bond, as the trace of the child tells, or that of the parent.
type pair struct {
	parent, child, bond string
	isOfChild           bool
}

// window is when a child was in a parent; its parts rise, and each begins where the one before ends.
type window struct {
	pair
	span
	how                reading
	by                 *string // who recorded the first event of the pair
	parts              []part
	openedBy, closedBy set[string]
	content            map[string]*big.Rat // by unit
	isUncounted        bool                // something was put in without a quantity
	isVouched          bool                // whether not only strangers tell of it
	floor              string              // from when on an event of the parent gives standing to end it
	hasTravelled       bool                // while it was certain
}

// part of a window. As a stay it knows its window, and the bounds within which it was cut: the window's, plainly its own.
type part struct {
	span
	because why
	way     why // there, without what is undecided of the window
	window  *window
	bounds  span
}

func (p part) isUndecided() bool { return p.because != "" }

func cut(parts []part, within span) (inside []part) {
	for _, one := range parts {
		if one.from, one.to = max(one.from, within.from), min(one.to, within.to); one.from <= one.to {
			inside = append(inside, one)
		}
	}
	return inside
}

func (w *window) now() *part { return &w.parts[len(w.parts)-1] }

// change makes the window undecided for these reasons from a time on, or certain.
func (w *window) change(at string, because why) {
	if now := w.now(); now.because != because {
		w.parts = append(w.parts, part{span: span{at, now.to}, because: because})
		w.parts[len(w.parts)-2].to = at
	}
}

// put adds the quantity of an `add` to what is in; what was seen is in at least.
func (w *window) put(s *step) {
	w.isUncounted = w.isUncounted || len(s.amounts) == 0
	for unit, value := range s.amounts {
		before := cmp.Or(w.content[unit], new(big.Rat))
		if s.adds() {
			value = new(big.Rat).Add(value, before)
		}
		w.content[unit] = slices.MaxFunc([]*big.Rat{before, value}, (*big.Rat).Cmp)
	}
}

// take subtracts what is removed; false where it is not known how much of it was in.
func (w *window) take(s *step) bool {
	isKnown := len(s.amounts) > 0 && !w.isUncounted
	for unit, value := range s.amounts {
		before := cmp.Or(w.content[unit], new(big.Rat))
		isKnown = isKnown && before.Cmp(value) >= 0
		if w.content[unit] != nil {
			w.content[unit] = new(big.Rat).Sub(before, slices.MinFunc([]*big.Rat{before, value}, (*big.Rat).Cmp))
		}
	}
	return isKnown
}

type reading int

const (
	plainly   reading = iota // what counts, where every closing ends a window
	wholly                   // everything, where strangers shorten nothing
	unemptied                // wholly, had nobody emptied the parent
	familiar                 // plainly, by the steps of the familiar and all closings
)

func (r reading) isPlain() bool { return r == plainly || r == familiar }

func (h *history) windows(how reading, pairs set[pair]) (windows []*window) {
	for p := range pairs {
		if _, isKnown := h.known[how][p]; !isKnown {
			h.known[how][p] = h.read(how, p)
		}
		windows = append(windows, h.known[how][p]...)
	}
	return windows
}

// stays are the parts of windows in a span of time; plainly only what is certain.
func (h *history) stays(windows []*window, within span) (stays []part) {
	for _, w := range windows {
		isPlain, because := w.how.isPlain(), h.isClass(w.parent, w.child)
		for _, one := range filter(w.parts, func(one part) bool { return !isPlain || !one.isUndecided() }) {
			bounds := cmp.Or(when(isPlain, one.span), w.span)
			stays = append(stays, cut([]part{{one.span, join(one.because, because), "", w, bounds}}, within)...)
		}
	}
	return stays
}

func (h *history) childrenOf(id string) set[pair] {
	pairs := set[pair]{}
	for _, e := range filter(h.events[id], func(e *event) bool { return e.has("parent") }) {
		for child := range h.leads(e, "child") {
			pairs[pair{id, child, e.Bond, false}] = true
		}
	}
	return pairs
}

// isInside says whether an event has its identifier in a parent.
func (h *history) isInside(e *event) bool {
	return e.Parent != "" && h.isPlainly(e, "child") && h.isBound(e, e.Parent)
}

func (h *history) eventsOf(p pair) []*event {
	return filter(h.events[cmp.Or(when(p.isOfChild, p.child), p.parent)], func(e *event) bool {
		isOfParent := !p.isOfChild && e.has("parent") && h.leads(e, "child")[p.child]
		return e.Bond == p.bond && (isOfParent || p.isOfChild && e.Parent == p.parent && h.isInside(e))
	})
}

// loaders are who tells that anything was in an identifier, which is not built in.
func (h *history) loaders(id string) set[string] {
	isLoad := func(e *event) bool { return e.has("parent") && e.Bond != "association" && len(h.leads(e, "child")) > 0 }
	return setOf(filter(filter(h.events[id], (*event).counts), isLoad), func(e *event) string { return e.Organisation })
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
