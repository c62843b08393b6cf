package lineage

import (
	"cmp"
	"math/big"
	"slices"
)

// machine goes through the steps of a pair by time.
type machine struct {
	h           *history
	pair        pair
	all         bool
	open        *window
	cur         why // why the open window is undecided now
	curFrom     int
	content     map[string]*big.Rat
	uncounted   bool // something was put in without a quantity
	lastClosing int
	idle        []*step // closings since then that found nothing open
	foundAt     int     // when a removal found nothing open, and nothing was added since; 0: never
	renewals    []int   // times at which a word that counts says that the child is in
	done        []*window
}

func (h *history) run(p pair, all bool, steps []*step) []*window {
	m := &machine{h: h, pair: p, all: all, lastClosing: beforeAll}
	for len(steps) > 0 {
		at := steps[0].at
		end := slices.IndexFunc(steps, func(s *step) bool { return s.at != at })
		if end < 0 {
			end = len(steps)
		}
		if p.bond == "other" {
			// In at the times of the events, and no longer.
			m.start(at, own(steps[:end]), steps[:end]...)
			m.end(at, nil)
		} else {
			m.turn(at, steps[:end])
		}
		steps = steps[end:]
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

// own reasons of steps that say the same.
func own(steps []*step) why {
	because := steps[0].own
	for _, s := range steps {
		because = worth(because, s.own)
	}
	return because
}

func (m *machine) start(from int, because why, by ...*step) {
	m.open = &window{span: span{from: from}, openedBy: set[string]{}, closedBy: set[string]{}}
	m.content, m.uncounted = map[string]*big.Rat{}, false
	m.cur, m.curFrom = because, from
	for _, s := range by {
		m.open.openedBy.join(s.by)
	}
}

// change makes the open window undecided for these reasons from a position on, or certain; the part before has its end there.
func (m *machine) change(at int, because why) {
	if m.cur != because {
		m.open.parts = append(m.open.parts, span{m.curFrom, at, m.cur})
		m.cur, m.curFrom = because, at
	}
}

// found is a child that was in without an opening: undecided until now, and now as certain as who says so.
func (m *machine) found(at int, steps ...*step) {
	m.start(m.lastClosingBefore(at, steps), noOpening|own(steps), steps...)
	m.change(at, own(steps))
}

func (m *machine) end(to int, by set[string]) {
	m.open.parts = append(m.open.parts, span{m.curFrom, to, m.cur})
	m.open.to = to
	m.open.closedBy.join(by)
	m.done = append(m.done, m.open)
	m.open, m.idle, m.lastClosing = nil, nil, to
}

// lastClosingBefore is from when on a child was in that was found by these steps: the last closing that counts.
func (m *machine) lastClosingBefore(at int, steps []*step) int {
	from := m.lastClosing
	for _, closing := range m.idle {
		counts := !m.all
		for organisation := range closing.by {
			counts = counts || m.hasStanding(closing.at, at, organisation) ||
				slices.ContainsFunc(steps, func(s *step) bool { return s.by[organisation] })
		}
		if counts && closing.at < at {
			from = closing.at
		}
	}
	return from
}

// hasStanding says whether an organisation recorded an event of the parent other than an unloading in a time.
func (m *machine) hasStanding(from, to int, organisation string) bool {
	return slices.ContainsFunc(m.h.events[m.pair.parent], func(e *event) bool {
		return e.Organisation == organisation && e.counts() && e.at >= from && e.at <= to && !e.unloads()
	})
}

// turn takes all that is said of one time, closings first.
func (m *machine) turn(at int, steps []*step) {
	var removes, closings, said []*step
	added := false
	for _, s := range steps {
		added = added || s.kind == "add"
		switch isClosing := s.kind == "remove" || s.kind == "empty"; {
		case !isClosing, s.kind == "remove" && s.own != 0:
			// What does not count closes nothing; its removals still say that the child was in.
			said = append(said, s)
		case s.own == 0:
			closings = append(closings, s)
			if s.kind == "remove" {
				removes = append(removes, s)
			}
		}
	}
	hasEnded := m.close(at, closings, removes, added)
	slices.SortStableFunc(said, func(a, b *step) int { return cmp.Compare(rank(a), rank(b)) })
	for _, s := range said {
		if s.kind == "add" {
			m.add(at, s, len(closings) > 0)
		} else {
			m.see(at, s, hasEnded, len(closings) > 0)
		}
	}
}

// rank of what is said at one time: additions first, and of those, as of others, what counts.
func rank(s *step) (rank int) {
	if s.kind != "add" {
		rank += 2
	}
	if s.own != 0 {
		rank++
	}
	return rank
}

// close lets the closings of one time end the window. It says whether a window just ended.
func (m *machine) close(at int, closings, removes []*step, added bool) (hasEnded bool) {
	if m.open == nil && len(removes) > 0 && !added {
		by := set[string]{}
		for _, s := range removes {
			by.join(s.by)
		}
		m.found(at, removes...)
		m.end(at, by)
		m.foundAt = at
		return true
	}
	if m.open == nil {
		m.idle = append(m.idle, closings...)
	}
	for _, s := range closings {
		if m.open == nil {
			break
		}
		hasEnded = false
		if !m.mayClose(s) {
			m.change(at, m.cur|stranger)
		} else if s.kind != "remove" || m.takes(at, s) {
			m.end(at, s.by)
			hasEnded = true
		}
	}
	return hasEnded
}

// mayClose says whether a closing ends the open window: in `certain` every one does.
func (m *machine) mayClose(s *step) bool {
	may := !m.all
	for organisation := range s.by {
		may = may || m.open.openedBy[organisation] || m.hasStanding(m.open.from, s.at, organisation)
	}
	return may
}

func unitOf(amount Amount) string {
	if amount.Unit == nil {
		return ""
	}
	return *amount.Unit
}

func rat(text string) *big.Rat {
	value, _ := new(big.Rat).SetString(text)
	return value
}

// takes subtracts what is removed, and says whether nothing is left.
func (m *machine) takes(at int, s *step) bool {
	if m.h.NatureOf(m.pair.child) == "instance" || s.amounts == nil && len(m.content) == 0 {
		return true
	}
	unclear := s.amounts == nil || m.uncounted || len(m.content) == 0
	if !unclear {
		for _, amount := range *s.amounts {
			left := m.content[unitOf(amount)]
			if left == nil {
				unclear = true
				continue
			}
			if left.Sub(left, rat(amount.Value)); left.Sign() < 0 {
				left.SetInt64(0)
				unclear = true
			}
		}
	}
	if unclear {
		m.change(at, m.cur|quantity)
	}
	for _, left := range m.content {
		if left.Sign() != 0 {
			return false
		}
	}
	return len(m.content) > 0 && !m.uncounted
}

func (m *machine) add(at int, s *step, hasClosings bool) {
	if m.open == nil {
		m.start(at, s.own)
		because := s.own
		if hasClosings {
			because |= sameTime
		}
		if m.foundAt != 0 && m.foundAt < at {
			because |= order
		}
		m.foundAt = 0
		m.change(at, because)
	} else {
		m.again(at, s)
		if s.own == 0 && hasClosings {
			m.change(at, sameTime)
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
		m.change(at, 0)
	case s.own != 0 && s.kind == "add" && m.h.NatureOf(m.pair.child) != "instance":
		m.change(at, m.cur|s.own)
	}
}

func (m *machine) told(at int, s *step) {
	m.open.openedBy.join(s.by)
	if s.own == 0 {
		m.renewals = append(m.renewals, at)
	}
}

// put adds the quantity of a step to what is in.
func (m *machine) put(s *step) {
	if s.amounts == nil {
		m.uncounted = true
		return
	}
	for _, amount := range *s.amounts {
		unit := unitOf(amount)
		if m.content[unit] == nil {
			m.content[unit] = new(big.Rat)
		}
		m.content[unit].Add(m.content[unit], rat(amount.Value))
	}
}

func (m *machine) see(at int, s *step, hasEnded, hasClosings bool) {
	switch {
	case m.open != nil:
		m.again(at, s)
	case !hasEnded:
		m.found(at, s)
		m.put(s)
		if hasClosings {
			m.change(at, s.own|sameTime)
		}
	default:
		return
	}
	m.told(at, s)
}

// contradict cuts the certain parts of a window at the first contradiction in each, up to where it is told again that the
// child is in.
func (m *machine) contradict(w *window) {
	var parts []span
	for _, part := range w.parts {
		whole := part
		for _, told := range append(slices.Clone(m.renewals), part.to) {
			if part.because != 0 || told <= part.from || told > part.to {
				continue
			}
			parts = append(parts, m.cut(whole, span{from: part.from, to: told})...)
			part.from = told
		}
		if part.because != 0 || whole.from == whole.to {
			parts = append(parts, part)
		}
	}
	w.parts = parts
}

// cut a part, of a certain one, at the first contradiction in it.
func (m *machine) cut(whole, part span) []span {
	first, because := part.to, why(0)
	for _, found := range m.contradictions(whole) {
		if found.from < part.from || found.from >= part.to || found.from > first {
			continue
		}
		if found.from < first {
			because = 0
		}
		first, because = found.from, because|found.because
	}
	if because == 0 {
		return []span{part}
	}
	return []span{{from: part.from, to: first}, {first, part.to, because}}
}

// contradictions in a certain part of a window: its child is put into another parent, or its parent loaded after it travelled.
func (m *machine) contradictions(w span) (found []span) {
	travelled := m.h.behindAll
	for _, e := range m.h.events[m.pair.parent] {
		moves := e.has("subject") || e.has("child") || e.Change == "see" && e.Bond == m.pair.bond
		if moves && e.counts() && e.at >= w.from && e.at <= w.to {
			travelled = min(travelled, e.at)
		}
	}
	for _, e := range m.h.events[m.pair.parent] {
		isOther := e.loads() && e.Bond == m.pair.bond && !m.h.isNamed(e, m.pair.child)
		if isOther && e.counts() && e.at > travelled && e.at < w.to {
			found = append(found, span{from: e.at, because: reloaded})
		}
	}
	for _, e := range m.h.events[m.pair.child] {
		isOther := e.Bond == m.pair.bond && e.Change == "add" && e.has("child") && e.Parent != m.pair.parent
		if isOther && e.counts() && e.at >= w.from && e.at <= w.to && m.h.NatureOf(m.pair.child) == "instance" {
			found = append(found, span{from: e.at, because: overlap})
		}
	}
	return found
}

// isNamed says whether another identifier's trace has the event.
func (h *history) isNamed(e *event, id string) bool { return h.byKey[id][e.key()] != nil }
