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
	floor              int  // from when on an event of the parent gives standing to end it
	vouched            bool // whether not only strangers tell of it
}

// machine goes through the steps of a pair by time.
type machine struct {
	vouched   bool // only what the familiar tell counts, besides closings
	h         *history
	pair      pair
	all       bool
	open      *window
	cur       []string // why the open window is undecided now
	curFrom   int
	content   map[string]*big.Rat
	uncounted bool    // something was put in without a quantity
	closings  []*step // until now
	foundAt   int
	foundNone bool  // a removal found nothing open, and nothing was added since
	renewals  []int // times at which a word that counts says that the child is in
	done      []*window
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
	return h.run(&machine{h: h, pair: p, all: true}, steps)
}

// read gives the windows of one reading, which are kept.
func (h *history) read(p pair, all bool) []*window {
	key := reading{p, all}
	windows, known := h.readings[key]
	if !known {
		windows = h.run(&machine{h: h, pair: p, all: all}, h.steps(p, all))
		h.readings[key] = windows
	}
	return windows
}

// vouched are the windows of `certain` by what the familiar tell, with all closings.
func (h *history) vouched(p pair) []*window {
	m := &machine{h: h, pair: p, vouched: true}
	var steps []*step
	for _, s := range h.steps(p, false) {
		if s.kind == "empty" || s.kind == "remove" || m.vouches(s) {
			steps = append(steps, s)
		}
	}
	return h.run(m, steps)
}

type reading struct {
	pair pair
	all  bool
}

func (h *history) run(m *machine, steps []*step) []*window {
	for start := 0; start < len(steps); {
		end := start
		for end < len(steps) && steps[end].at == steps[start].at {
			end++
		}
		if m.pair.bond == "other" {
			m.seenOnly(steps[start:end])
		} else {
			m.turn(steps[start].at, steps[start:end])
		}
		start = end
	}
	if m.open != nil {
		m.end(h.behindAll, nil)
	}
	if !m.all && m.pair.bond != "other" {
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
	m.open = &window{from: from, floor: from, vouched: !m.all, openedBy: map[string]bool{}, closedBy: map[string]bool{}}
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
	last := m.lastClosingBefore(at, steps)
	m.start(m.rejoin(last), union([]string{"NO_OPENING"}, because))
	m.open.floor = last
	m.change(at, because)
	for _, s := range steps {
		addAll(m.open.openedBy, s.organisations)
		m.open.vouched = m.open.vouched || m.vouches(s)
	}
}

// reaches further back where only strangers told of the open window, and others now tell that the child was in.
func (m *machine) reaches(at int, steps []*step) {
	last := m.lastClosingBefore(at, steps)
	m.open.floor = max(m.open.floor, last)
	if from := m.rejoin(last); from < m.open.from {
		m.open.parts = append([]span{{from, m.open.from, []string{"NO_OPENING"}}}, m.open.parts...)
		m.open.from = from
	}
}

// rejoin takes back the windows that ended after a position, which strangers cut off, and gives where they all begin.
func (m *machine) rejoin(from int) int {
	begin := from
	for len(m.done) > 0 && m.done[len(m.done)-1].to > from {
		begin = min(begin, m.done[len(m.done)-1].from)
		m.done = m.done[:len(m.done)-1]
	}
	return begin
}

// vouches says whether a step is told by who knows the parent: in `all` others shorten nothing.
func (m *machine) vouches(s *step) bool {
	return len(s.own) == 0 && m.h.anyFamiliar(m.pair.parent, s.organisations)
}

func (m *machine) end(to int, by map[string]bool) {
	m.open.parts = append(m.open.parts, span{m.curFrom, to, m.cur})
	m.open.to = to
	addAll(m.open.closedBy, by)
	m.done = append(m.done, m.open)
	m.open = nil
}

// lastClosingBefore is from when on a child was in that was found by these steps: the last closing that counts for each.
func (m *machine) lastClosingBefore(at int, steps []*step) int {
	ended := beforeAll
	for _, w := range m.done {
		if w.vouched {
			ended = max(ended, w.to)
		}
	}
	first := at
	for _, s := range steps {
		last := ended
		for _, closing := range m.closings {
			if closing.at < at && closing.at > last && m.countsFor(closing, s, at) {
				last = closing.at
			}
		}
		first = min(first, last)
	}
	return first
}

func (m *machine) countsFor(closing, s *step, at int) bool {
	for organisation := range closing.organisations {
		if !m.all || s.organisations[organisation] || m.h.standing(m.pair, closing.at, at, organisation) {
			return true
		}
	}
	return false
}

// turn takes all that is said of one time, closings first.
func (m *machine) turn(at int, steps []*step) {
	var empties, removes, adds, sees []*step
	explained := false
	for _, s := range steps {
		switch {
		case s.kind == "add":
			adds = append(adds, s)
			explained = explained || !m.all || m.vouches(s)
		case s.kind == "empty":
			// What does not count closes nothing.
			if len(s.own) == 0 {
				empties = append(empties, s)
			}
		case s.kind == "remove" && len(s.own) == 0:
			removes = append(removes, s)
		default:
			// So is a removal that does not count: it still says that the child was in.
			sees = append(sees, s)
		}
	}
	closings := append(append([]*step{}, empties...), removes...)
	found := m.open != nil
	if found && !m.open.vouched && !explained && len(removes)+len(sees) > 0 {
		m.reaches(at, append(append([]*step{}, removes...), sees...))
	}
	if found {
		m.close(at, empties, removes)
	} else if heard := m.heard(removes); len(heard) > 0 && !explained {
		m.found(at, heard...)
		m.end(at, tellers(heard))
		m.foundNone, m.foundAt = true, at
	}
	m.closings = append(m.closings, closings...)
	inOrder := func(list []*step) {
		sort.SliceStable(list, func(i, j int) bool { return len(list[i].own) == 0 && len(list[j].own) > 0 })
	}
	inOrder(adds)
	inOrder(sees)
	for _, s := range adds {
		m.add(at, s, len(closings) > 0)
	}
	m.see(at, sees, len(closings) > 0)
}

// heard are those of the steps that say that the child was in.
func (m *machine) heard(steps []*step) []*step {
	var heard []*step
	for _, s := range steps {
		if !m.vouched || m.vouches(s) {
			heard = append(heard, s)
		}
	}
	return heard
}

func tellers(steps []*step) map[string]bool {
	by := map[string]bool{}
	for _, s := range steps {
		addAll(by, s.organisations)
	}
	return by
}
