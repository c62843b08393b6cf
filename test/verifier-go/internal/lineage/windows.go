package lineage

import (
	"math/big"
	"sort"
)

// span is from one position to another, both included, and what makes it undecided.
type span struct {
	from, to int
	because  []string
}

// window is when a child was in a parent; its parts rise, and each ends where the next begins.
type window struct {
	from, to           int
	openedBy, closedBy map[string]bool
	parts              []span
}

// machine goes through the steps of a pair by time.
type machine struct {
	h           *history
	pair        pair
	all         bool
	open        *window
	cur         []string // why the open window is undecided now
	curFrom     int
	content     map[string]*big.Rat
	uncounted   bool // something was put in without a quantity
	lastClosing int
	idle        []*step // closings since then that found nothing open
	foundAt     int
	foundNone   bool  // a removal found nothing open, and nothing was added since
	renewals    []int // times at which a word that counts says that the child is in
	done        []*window
}

// windows of a pair: in `certain` as what counts tells it; in `all` as everything does, where strangers close nothing, and
// undecided also where what counts leaves it open.
func (h *history) windows(p pair, all bool) []*window {
	if !all {
		return h.read(p, false)
	}
	if known, is := h.joined[p]; is {
		return known
	}
	var windows []*window
	for _, read := range h.read(p, true) {
		w := *read
		w.parts = append([]span{}, read.parts...)
		for _, plain := range h.read(p, false) {
			for _, part := range plain.parts {
				if cut, meets := meet(part, span{from: w.from, to: w.to}); meets && len(cut.because) > 0 {
					w.parts = append(w.parts, cut)
				}
			}
		}
		windows = append(windows, &w)
	}
	h.joined[p] = windows
	return windows
}

// windowsUnemptied are those that there would be in `all` if nobody had emptied the parent.
func (h *history) windowsUnemptied(p pair) []*window {
	var steps []*step
	for _, s := range h.steps(p, true) {
		if s.kind != "empty" {
			steps = append(steps, s)
		}
	}
	return h.run(p, true, steps)
}

// read gives the windows of one reading, which are kept.
func (h *history) read(p pair, all bool) []*window {
	key := reading{p, all}
	windows, known := h.readings[key]
	if !known {
		windows = h.run(p, all, h.steps(p, all))
		h.readings[key] = windows
	}
	return windows
}

type reading struct {
	pair pair
	all  bool
}

func (h *history) run(p pair, all bool, steps []*step) []*window {
	m := &machine{h: h, pair: p, all: all, lastClosing: beforeAll}
	for start := 0; start < len(steps); {
		end := start
		for end < len(steps) && steps[end].at == steps[start].at {
			end++
		}
		if p.bond == "other" {
			m.seenOnly(steps[start:end])
		} else {
			m.turn(steps[start].at, steps[start:end])
		}
		start = end
	}
	if m.open != nil {
		m.end(h.behindAll, nil)
	}
	if !all && p.bond != "other" {
		for _, w := range m.done {
			m.contradict(w)
		}
	}
	return m.done
}

// seenOnly is the bond of others' types: in at the times of the events, and no longer.
func (m *machine) seenOnly(steps []*step) {
	at := steps[0].at
	m.start(at, own(steps))
	for _, s := range steps {
		addAll(m.open.openedBy, s.organisations)
	}
	m.end(at, nil)
}

// own reasons of steps that say the same.
func own(steps []*step) []string {
	because := steps[0].own
	for _, s := range steps[1:] {
		because = worth(because, s.own)
	}
	return because
}

func (m *machine) start(from int, because []string) {
	m.open = &window{from: from, openedBy: map[string]bool{}, closedBy: map[string]bool{}}
	m.content, m.uncounted = map[string]*big.Rat{}, false
	m.cur, m.curFrom = because, from
}

// change makes the open window undecided for these reasons from a position on, or certain; the part before has its end there.
func (m *machine) change(at int, because []string) {
	if same(m.cur, because) {
		return
	}
	m.open.parts = append(m.open.parts, span{m.curFrom, at, m.cur})
	m.cur, m.curFrom = because, at
}

// found is a child that was in without an opening: undecided until now, and now as certain as who says so.
func (m *machine) found(at int, steps ...*step) {
	because := own(steps)
	m.start(m.lastClosingBefore(at, steps), union([]string{"NO_OPENING"}, because))
	m.change(at, because)
	for _, s := range steps {
		addAll(m.open.openedBy, s.organisations)
	}
}

func (m *machine) end(to int, by map[string]bool) {
	m.open.parts = append(m.open.parts, span{m.curFrom, to, m.cur})
	m.open.to = to
	addAll(m.open.closedBy, by)
	m.done = append(m.done, m.open)
	m.open, m.idle, m.lastClosing = nil, nil, to
}

// lastClosingBefore is from when on a child was in that was found by these steps: the last closing that counts.
func (m *machine) lastClosingBefore(at int, steps []*step) int {
	from := m.lastClosing
	for _, closing := range m.idle {
		counts := !m.all
		if closing.at == at {
			break
		}
		for organisation := range closing.organisations {
			for _, s := range steps {
				counts = counts || s.organisations[organisation]
			}
			counts = counts || m.h.standing(m.pair, closing.at, at, organisation)
		}
		if counts {
			from = closing.at
		}
	}
	return from
}

// turn takes all that is said of one time, closings first.
func (m *machine) turn(at int, steps []*step) {
	var removes, empties, heard, unheard []*step
	added := false
	for _, s := range steps {
		added = added || s.kind == "add"
		switch {
		case len(s.own) > 0:
			// What does not count closes nothing; its removals still say that the child was in.
			if s.kind != "empty" {
				unheard = append(unheard, s)
			}
		case s.kind == "empty":
			empties = append(empties, s)
		case s.kind == "remove":
			removes = append(removes, s)
		default:
			heard = append(heard, s)
		}
	}
	closed := m.close(at, empties, removes, added)
	closings := len(empties)+len(removes) > 0
	said := append(heard, unheard...)
	sort.SliceStable(said, func(i, j int) bool { return said[i].kind == "add" && said[j].kind != "add" })
	for _, s := range said {
		if s.kind == "add" {
			m.add(at, s, closings)
		} else {
			m.see(at, s, closed, closings)
		}
	}
}
