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
	contentWhy  []string // what there is against who told of the quantity
	uncounted   bool     // something was put in without a quantity
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
	windows := h.read(p, all)
	if !all {
		return windows
	}
	for _, plain := range h.read(p, false) {
		for _, part := range plain.parts {
			for _, w := range windows {
				if cut, meets := meet(part, span{from: w.from, to: w.to}); meets && len(cut.because) > 0 {
					w.parts = append(w.parts, cut)
				}
			}
		}
	}
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

func (h *history) read(p pair, all bool) []*window { return h.run(p, all, h.steps(p, all)) }

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
	m.contentWhy = nil
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
	for _, steps := range [][]*step{heard, unheard} {
		sort.SliceStable(steps, func(i, j int) bool { return steps[i].kind == "add" && steps[j].kind != "add" })
		for _, s := range steps {
			if s.kind == "add" {
				m.add(at, s, closings)
			} else {
				m.see(at, s, closed, closings)
			}
		}
	}
}

// close lets the closings of one time end the window. It says whether a window just ended.
func (m *machine) close(at int, empties, removes []*step, added bool) bool {
	if len(empties)+len(removes) == 0 {
		return false
	}
	found := m.open != nil
	ended := false
	if !found && len(removes) > 0 && !added {
		m.found(at, removes...)
		by := map[string]bool{}
		for _, s := range removes {
			addAll(by, s.organisations)
		}
		m.end(at, by)
		m.foundNone, m.foundAt, ended = true, at, true
	}
	if !found && !ended {
		m.idle = append(m.idle, append(append([]*step{}, empties...), removes...)...)
	}
	if found {
		var empty, removing []*step
		stranger := false
		for _, s := range empties {
			if m.mayClose(s) {
				empty = append(empty, s)
			} else {
				stranger = true
			}
		}
		for _, s := range removes {
			if m.mayClose(s) {
				removing = append(removing, s)
			} else {
				stranger = true
			}
		}
		by := map[string]bool{}
		for _, s := range append(empty, removing...) {
			addAll(by, s.organisations)
		}
		if stranger {
			m.change(at, union(m.cur, []string{"STRANGER"}))
			if m.h.nature(m.pair.child) != "instance" {
				m.contentWhy = union(m.contentWhy, []string{"STRANGER"})
			}
		}
		if len(empty) > 0 || m.takesAll(at, removing) {
			m.end(at, by)
			ended = true
		}
	}
	return ended
}

// takesAll subtracts what is removed, and says whether nothing is left.
func (m *machine) takesAll(at int, removes []*step) bool {
	if len(removes) == 0 {
		return false
	}
	if m.h.nature(m.pair.child) == "instance" {
		return true
	}
	unclear, whole := false, false
	for _, s := range removes {
		counted := len(m.content) > 0
		switch {
		case !s.hasAmounts && !counted:
			whole = true
		case !s.hasAmounts || m.uncounted || !counted:
			unclear = true
		default:
			for _, amount := range s.amounts {
				left := m.content[unitText(amount.Unit)]
				if left == nil {
					unclear = true
					continue
				}
				left.Sub(left, decimal(amount.Value))
				if left.Sign() < 0 {
					left.SetInt64(0)
					unclear = true
				}
			}
		}
	}
	nothing := len(m.content) > 0 && !m.uncounted
	for _, left := range m.content {
		nothing = nothing && left.Sign() == 0
	}
	if unclear {
		m.change(at, union(m.cur, []string{"QUANTITY"}))
	}
	return whole || nothing
}

// mayClose says whether a closing ends the open window: in `certain` every one does.
func (m *machine) mayClose(s *step) bool {
	if !m.all {
		return true
	}
	for organisation := range s.organisations {
		if m.open.openedBy[organisation] || m.h.standing(m.pair, m.open.from, s.at, organisation) {
			return true
		}
	}
	return false
}

// standing says whether an organisation told of the child in the parent, or recorded an event of the parent other than an
// unloading, from one time to another.
func (h *history) standing(p pair, from, to int, organisation string) bool {
	for _, e := range h.events[p.parent] {
		if e.place.Organisation == organisation && e.counts() && e.at >= from && e.at <= to && !e.unloads(p.parent) {
			return true
		}
	}
	return false
}

func (m *machine) add(at int, s *step, closings bool) {
	if m.open == nil {
		m.start(at, nil)
		because := s.own
		if closings {
			because = union(because, []string{"SAME_TIME"})
		}
		if m.foundNone && m.foundAt < at {
			because = union(because, []string{"ORDER"})
		}
		m.foundNone = false
		m.cur = s.own
		if len(because) > len(s.own) {
			m.change(at, because)
		}
	} else {
		m.again(at, s)
		if len(s.own) == 0 && closings {
			m.change(at, []string{"SAME_TIME"})
		}
	}
	m.told(at, s)
	m.put(s)
}

// again is a step that says that the child is in where a window is open: certain where it counts.
func (m *machine) again(at int, s *step) {
	switch {
	case len(s.own) == 0 && len(m.contentWhy) == 0:
		m.change(at, nil)
	case len(s.own) == 0:
	case s.kind == "add" && m.h.nature(m.pair.child) != "instance":
		m.change(at, union(m.cur, s.own))
	}
}

func (m *machine) told(at int, s *step) {
	addAll(m.open.openedBy, s.organisations)
	if len(s.own) == 0 {
		m.renewals = append(m.renewals, at)
	}
}

// put adds the quantity of a step to what is in.
func (m *machine) put(s *step) {
	if m.h.nature(m.pair.child) != "instance" {
		m.contentWhy = union(m.contentWhy, s.own)
	}
	if !s.hasAmounts {
		m.uncounted = true
	}
	for _, amount := range s.amounts {
		unit := unitText(amount.Unit)
		if m.content[unit] == nil {
			m.content[unit] = new(big.Rat)
		}
		m.content[unit].Add(m.content[unit], decimal(amount.Value))
	}
}

func (m *machine) see(at int, s *step, closed, closings bool) {
	switch {
	case m.open != nil:
		m.again(at, s)
	case !closed:
		m.found(at, s)
		m.put(s)
		if closings {
			m.change(at, union(s.own, []string{"SAME_TIME"}))
		}
	default:
		return
	}
	m.told(at, s)
}
