package lineage

import (
	"math/big"
)

// close lets the closings of one time end the window: those that may do so first.
func (m *machine) close(at int, empties, removes []*step) {
	var may []*step
	for _, s := range removes {
		if m.mayClose(s) {
			may = append(may, s)
		}
	}
	strangers := len(may) < len(removes)
	var by *step
	for _, s := range empties {
		if !m.mayClose(s) {
			strangers = true
		} else if by == nil || s.event < by.event {
			by = s
		}
	}
	switch {
	case by != nil:
		m.end(at, by.organisations)
	case len(may) > 0 && m.takesAll(at, may):
		m.end(at, tellers(may))
	case strangers:
		m.change(at, union(m.cur, []string{"STRANGER"}))
	}
}

func (m *machine) takesAll(at int, removes []*step) bool {
	nothing := false
	for _, s := range removes {
		nothing = m.takes(at, s) || nothing
	}
	return nothing
}

// takes subtracts what is removed, and says whether nothing is left.
func (m *machine) takes(at int, s *step) bool {
	if m.h.nature(m.pair.child) == "instance" || !s.hasAmounts && len(m.content) == 0 {
		return true
	}
	unclear := !s.hasAmounts || m.uncounted || len(m.content) == 0
	if !unclear {
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
	if unclear {
		m.change(at, union(m.cur, []string{"QUANTITY"}))
	}
	for _, left := range m.content {
		if left.Sign() != 0 {
			return false
		}
	}
	return len(m.content) > 0 && !m.uncounted
}

// mayClose says whether a closing ends the open window: in `certain` every one does.
func (m *machine) mayClose(s *step) bool {
	if !m.all {
		return true
	}
	for organisation := range s.organisations {
		if m.open.openedBy[organisation] || m.h.standing(m.pair, m.open.floor, s.at, organisation) {
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
		m.open.vouched = !m.all || m.vouches(s)
		because := s.own
		if closings {
			because = union(because, []string{"SAME_TIME"})
		}
		if m.foundNone && m.foundAt < at {
			because = union(because, []string{"ORDER"})
		}
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
	m.foundNone = false
	m.told(at, s)
	m.put(s)
}

// again is a step that says that the child is in where a window is open: in `certain` it is so again.
func (m *machine) again(at int, s *step) {
	switch {
	case at == m.curFrom:
		// Told at the time at which it became so.
	case !m.all:
		m.change(at, nil)
	case len(s.own) > 0 && s.kind == "add" && m.h.nature(m.pair.child) != "instance":
		m.change(at, union(m.cur, s.own))
	}
}

func (m *machine) told(at int, s *step) {
	addAll(m.open.openedBy, s.organisations)
	if !m.open.vouched && s.kind == "add" {
		m.open.floor = at
	}
	m.open.vouched = m.open.vouched || m.vouches(s)
	if len(s.own) == 0 {
		m.renewals = append(m.renewals, at)
	}
}

// put adds the quantity of a step to what is in.
func (m *machine) put(s *step) {
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

// see takes what is seen at one time. At the end of a window it opens nothing, unless strangers alone told of that.
func (m *machine) see(at int, steps []*step, closings bool) {
	if len(steps) == 0 {
		return
	}
	if m.open != nil {
		if !m.open.vouched {
			m.reaches(at, steps)
			m.atLeast(steps)
		}
		for _, s := range steps {
			m.again(at, s)
			m.told(at, s)
		}
		return
	}
	if last := len(m.done) - 1; last >= 0 && m.done[last].to == at && m.done[last].vouched {
		return
	}
	m.found(at, steps...)
	m.atLeast(steps)
	if closings {
		m.change(at, union(own(steps), []string{"SAME_TIME"}))
	}
	for _, s := range steps {
		m.told(at, s)
	}
}

// atLeast what was seen is in, where no known quantity was put in.
func (m *machine) atLeast(steps []*step) {
	for _, s := range steps {
		m.uncounted = m.uncounted || !s.hasAmounts
		for _, amount := range s.amounts {
			unit := unitText(amount.Unit)
			if left := m.content[unit]; left == nil || left.Cmp(decimal(amount.Value)) < 0 {
				m.content[unit] = decimal(amount.Value)
			}
		}
	}
}
