package lineage

import (
	"cmp"
	"math/big"
	"slices"
)

// machine goes through the steps of a pair by time.
type machine struct {
	h         *history
	pair      pair
	all       bool
	familiar  bool // only what the familiar tell counts, besides closings
	open      *window
	cur       why // why the open window is undecided now
	curFrom   int
	content   map[string]*big.Rat
	uncounted bool    // something was put in without a quantity
	closings  []*step // until now
	foundAt   int     // when a removal found nothing open, and nothing was added since; 0: never
	renewals  []int   // times at which a word that counts says that the child is in
	done      []*window
}

func (m *machine) run(steps []*step) []*window {
	for len(steps) > 0 {
		at := steps[0].at
		end := slices.IndexFunc(steps, func(s *step) bool { return s.at != at })
		if end < 0 {
			end = len(steps)
		}
		if m.pair.bond == "other" {
			// In at the times of the events, and no longer.
			m.start(at, own(steps[:end]), steps[:end]...)
			m.end(at, nil)
		} else {
			m.turn(at, steps[:end])
		}
		steps = steps[end:]
	}
	if m.open != nil {
		m.end(m.h.behindAll, nil)
	}
	if !m.all && m.pair.bond != "other" {
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
	m.open = &window{span: span{from: from}, openedBy: set[string]{}, closedBy: set[string]{}, floor: from}
	m.content, m.uncounted = map[string]*big.Rat{}, false
	m.cur, m.curFrom = because, from
	for _, s := range by {
		m.open.openedBy.join(s.by)
		m.open.isVouched = m.open.isVouched || m.vouches(s)
	}
}

// vouches says whether a step is told by who knows the parent: in `all` others shorten nothing.
func (m *machine) vouches(s *step) bool { return !m.all || m.isByFamiliar(s) }

func (m *machine) isByFamiliar(s *step) bool {
	return s.own == 0 && m.h.isFamiliar(m.pair.parent, s.by)
}

// change makes the open window undecided for these reasons from a position on, or certain; the part before has its end there.
func (m *machine) change(at int, because why) {
	if m.cur != because {
		m.open.parts = append(m.open.parts, span{m.curFrom, at, m.cur})
		m.cur, m.curFrom = because, at
	}
}

// found is a child that was in without an opening: undecided until now, and now as certain as who says so.
func (m *machine) found(at int, steps []*step) {
	last := m.lastClosingBefore(at, steps)
	m.start(m.rejoin(last), noOpening|own(steps), steps...)
	m.open.floor = last
	m.change(at, own(steps))
}

// reach goes further back where only strangers told of the open window, and others now tell that the child was in.
func (m *machine) reach(at int, steps []*step) {
	last := m.lastClosingBefore(at, steps)
	m.open.floor = max(m.open.floor, last)
	if from := m.rejoin(last); from < m.open.from {
		m.open.parts = slices.Insert(m.open.parts, 0, span{from, m.open.from, noOpening})
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

func (m *machine) end(to int, by []*step) {
	m.open.parts = append(m.open.parts, span{m.curFrom, to, m.cur})
	m.open.to = to
	for _, s := range by {
		m.open.closedBy.join(s.by)
	}
	m.done = append(m.done, m.open)
	m.open = nil
}

// lastClosingBefore is from when on a child was in that was found by these steps: the last closing that counts for each.
func (m *machine) lastClosingBefore(at int, steps []*step) int {
	ended, first := beforeAll, at
	for _, w := range m.done {
		if w.isVouched {
			ended = w.to
		}
	}
	for _, s := range steps {
		last := ended
		for _, closing := range m.closings {
			counts := !m.all
			for organisation := range closing.by {
				counts = counts || s.by[organisation] || m.hasStanding(closing.at, at, organisation)
			}
			if counts && closing.at < at {
				last = max(last, closing.at)
			}
		}
		first = min(first, last)
	}
	return first
}

// hasStanding says whether an organisation recorded an event of the parent other than an unloading in a time.
func (m *machine) hasStanding(from, to int, organisation string) bool {
	return slices.ContainsFunc(m.h.events[m.pair.parent], func(e *event) bool {
		return e.Organisation == organisation && e.counts() && e.at >= from && e.at <= to && !e.unloads()
	})
}

// turn takes all that is said of one time, closings first.
func (m *machine) turn(at int, steps []*step) {
	var empties, removes, adds, sees []*step
	isExplained := false
	for _, s := range slices.SortedStableFunc(slices.Values(steps), func(a, b *step) int { return cmp.Compare(rank(a), rank(b)) }) {
		switch {
		case s.kind == "add":
			adds = append(adds, s)
			isExplained = isExplained || m.vouches(s)
		case s.kind == "empty" && s.own == 0:
			empties = append(empties, s)
		case s.kind == "remove" && s.own == 0:
			removes = append(removes, s)
		case s.kind != "empty":
			// What does not count closes nothing; its removals still say that the child was in.
			sees = append(sees, s)
		}
	}
	if told := slices.Concat(removes, sees); m.open != nil && !m.open.isVouched && !isExplained && len(told) > 0 {
		m.reach(at, told)
	}
	if m.open != nil {
		m.close(at, empties, removes)
	} else if !isExplained {
		heard := slices.DeleteFunc(slices.Clone(removes), func(s *step) bool { return m.familiar && !m.isByFamiliar(s) })
		if len(heard) > 0 {
			m.found(at, heard)
			m.end(at, heard)
			m.foundAt = at
		}
	}
	m.closings = slices.Concat(m.closings, empties, removes)
	hasClosings := len(empties)+len(removes) > 0
	for _, s := range adds {
		m.add(at, s, hasClosings)
	}
	if len(sees) > 0 {
		m.see(at, sees, hasClosings)
	}
}

// rank of what is said at one time: what counts is first.
func rank(s *step) int { return min(int(s.own), 1) }

// close lets the closings of one time end the window: those that may do so first.
func (m *machine) close(at int, empties, removes []*step) {
	isStranger := func(s *step) bool { return !m.mayClose(s) }
	strangers := slices.ContainsFunc(slices.Concat(empties, removes), isStranger)
	empties = slices.DeleteFunc(slices.Clone(empties), isStranger)
	removes = slices.DeleteFunc(slices.Clone(removes), isStranger)
	isEmpty := false
	if len(empties) == 0 {
		for _, s := range removes {
			isEmpty = m.takes(at, s) || isEmpty
		}
	}
	switch {
	case len(empties) > 0:
		m.end(at, empties[:1])
	case isEmpty:
		m.end(at, removes)
	case strangers:
		m.change(at, m.cur|stranger)
	}
}

// mayClose says whether a closing ends the open window: in `certain` every one does.
func (m *machine) mayClose(s *step) bool {
	may := !m.all
	for organisation := range s.by {
		may = may || m.open.openedBy[organisation] || m.hasStanding(m.open.floor, s.at, organisation)
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
		m.start(at, s.own, s)
		because := s.own
		if hasClosings {
			because |= sameTime
		}
		if m.foundAt != 0 && m.foundAt < at {
			because |= order
		}
		m.change(at, because)
	} else {
		m.again(at, s)
		if s.own == 0 && hasClosings {
			m.change(at, sameTime)
		}
	}
	m.foundAt = 0
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
	if !m.open.isVouched && s.kind == "add" {
		m.open.floor = at
	}
	m.open.isVouched = m.open.isVouched || m.vouches(s)
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

// see takes what is seen at one time. At the end of a window it opens nothing, unless strangers alone told of that.
func (m *machine) see(at int, steps []*step, hasClosings bool) {
	last := len(m.done) - 1
	switch {
	case m.open != nil:
		if !m.open.isVouched {
			m.reach(at, steps)
			m.atLeast(steps)
		}
		for _, s := range steps {
			m.again(at, s)
			m.told(at, s)
		}
		return
	case last >= 0 && m.done[last].to == at && m.done[last].isVouched:
		return
	}
	m.found(at, steps)
	m.atLeast(steps)
	if hasClosings {
		m.change(at, own(steps)|sameTime)
	}
	for _, s := range steps {
		m.told(at, s)
	}
}

// atLeast what was seen is in, where no known quantity was put in.
func (m *machine) atLeast(steps []*step) {
	for _, s := range steps {
		if s.amounts == nil {
			m.uncounted = true
			continue
		}
		for _, amount := range *s.amounts {
			if left := m.content[unitOf(amount)]; left == nil || left.Cmp(rat(amount.Value)) < 0 {
				m.content[unitOf(amount)] = rat(amount.Value)
			}
		}
	}
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
		// Of two at one time the later in the list: OVERLAP.
		first, because = found.from, found.because
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
