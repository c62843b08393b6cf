package lineage

import (
	"math/big"
	"sort"
)

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
	closings := append(append([]*step{}, empties...), removes...)
	sort.Slice(closings, func(i, j int) bool { return closings[i].first < closings[j].first })
	for _, s := range closings {
		if m.open == nil {
			break
		}
		ended = m.closeBy(at, s)
	}
	return ended
}

// closeBy is one closing of an open window; it says whether it ends it.
func (m *machine) closeBy(at int, s *step) bool {
	if !m.mayClose(s) {
		m.change(at, union(m.cur, []string{"STRANGER"}))
		return false
	}
	if s.kind == "remove" && !m.takes(at, s) {
		return false
	}
	m.end(at, s.organisations)
	return true
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
