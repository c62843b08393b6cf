package lineage

import (
	"math/big"
	"sort"
	"strings"
)

// span is from one position to another, both included, and what makes it undecided.
type span struct {
	from, to int
	because  []string
}

// window is when a child was in a parent.
type window struct {
	from, to           int
	openedBy, closedBy map[string]bool
	undecided          []span
	sure               []span // certain all the same, though a span of undecided ends or begins there
}

type pair struct {
	parent, child, bond string
}

// step is what one or several records of a pair say alike.
type step struct {
	kind          string // empty, remove, add, see
	at            int
	amounts       []Amount
	hasAmounts    bool
	own           []string
	organisations map[string]bool
}

// steps of a pair in one layer, by time; tellings of equal event, time, change and amounts are one.
func (h *history) steps(p pair, all bool) []*step {
	byText := map[string]*step{}
	take := func(e *event, kind string) {
		if e.said.Bond != p.bond || !all && !e.counts() {
			return
		}
		s := &step{kind: kind, at: e.at, own: e.own, organisations: map[string]bool{}}
		text := kind + " " + e.said.Event + " " + e.said.Time
		if kind != "empty" && e.record != nil {
			for _, entry := range e.record.Entries {
				if entry.ID == p.child && entry.Role == "child" {
					s.amounts, s.hasAmounts = entry.Amounts, entry.HasAmounts
					text += " " + amountsText(entry)
				}
			}
		}
		s.organisations[e.place.Organisation] = true
		if known := byText[text]; known == nil {
			byText[text] = s
		} else {
			known.join(s)
		}
	}
	for _, e := range h.events[p.child] {
		if e.has(p.child, "child") && e.rows[p.child].Parent == p.parent && h.plainly(e, p.child, "child") {
			take(e, e.said.Change)
		}
	}
	for _, e := range h.events[p.parent] {
		if e.has(p.parent, "parent") && e.said.Change == "empty" {
			take(e, "empty")
		}
	}
	steps := make([]*step, 0, len(byText))
	for _, text := range sortedKeys(byText) {
		steps = append(steps, byText[text])
	}
	sort.SliceStable(steps, func(i, j int) bool { return steps[i].at < steps[j].at })
	return steps
}

// worth is what there is against a claim that two events make: nothing where there is nothing against one of them.
func worth(a, b []string) []string {
	if len(a) == 0 || len(b) == 0 {
		return nil
	}
	both := union(a, b)
	if both[0] == "OTHER_RECORDER" {
		return both[:1]
	}
	return both
}

// join takes another telling of a step: who tells it best counts.
func (s *step) join(other *step) {
	own := worth(s.own, other.own)
	if !same(own, s.own) {
		s.organisations = map[string]bool{}
	}
	if same(own, other.own) {
		addAll(s.organisations, other.organisations)
	}
	s.own = own
}

func same(a, b []string) bool {
	return strings.Join(a, " ") == strings.Join(b, " ")
}

func amountsText(entry Entry) string {
	if !entry.HasAmounts {
		return "-"
	}
	text := ""
	for _, amount := range entry.Amounts {
		unit := "-"
		if amount.Unit != nil {
			unit = "=" + *amount.Unit
		}
		text += amount.Value + unit + ","
	}
	return text
}

// machine goes through the steps of a pair by time.
type machine struct {
	h           *history
	pair        pair
	all         bool
	open        *window
	vouching    map[string]bool // who told of the child in the open window, and counts
	cur         []string        // why the open window is undecided now
	curFrom     int
	content     map[string]*big.Rat
	uncounted   bool // something was put in without a quantity
	lastClosing int
	foundNone   bool // a removal found nothing open, and nothing was added since
	done        []*window
}

// windows of a pair, in `certain` or in `all`, with what makes them undecided.
func (h *history) windows(p pair, all bool) []*window {
	m := &machine{h: h, pair: p, all: all, lastClosing: beforeAll}
	steps := h.steps(p, all)
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
	certain := m.done
	if all {
		certain = h.windows(p, false)
	}
	for _, w := range m.done {
		m.contradict(w, steps, certain)
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
	m.content, m.uncounted, m.vouching = map[string]*big.Rat{}, false, map[string]bool{}
	m.cur, m.curFrom = because, from
}

// change makes the open window undecided for these reasons from a position on, or certain.
func (m *machine) change(from int, because []string) {
	if len(m.cur) > 0 && m.curFrom < from {
		m.open.undecided = append(m.open.undecided, span{m.curFrom, from - 1, m.cur})
	}
	m.cur, m.curFrom = because, from
}

// found is a child that was in without an opening: undecided until now, and now as certain as who says so.
func (m *machine) found(at int, own []string) {
	m.start(m.lastClosing, nil)
	m.open.undecided = append(m.open.undecided, span{m.lastClosing, at, union([]string{"NO_OPENING"}, own)})
	m.cur, m.curFrom = own, at
	if len(own) == 0 {
		m.open.sure = append(m.open.sure, span{from: at, to: at})
	}
}

func (m *machine) end(to int, by map[string]bool) {
	m.change(to+1, nil)
	m.open.to = to
	addAll(m.open.closedBy, by)
	m.done = append(m.done, m.open)
	m.open = nil
}

// turn takes all that is said of one time, closings first.
func (m *machine) turn(at int, steps []*step) {
	var removes, empties, adds, sees []*step
	for _, s := range steps {
		switch {
		case s.kind == "add":
			adds = append(adds, s)
		case s.kind == "see":
			sees = append(sees, s)
		case len(s.own) > 0 && s.kind == "remove":
			// What does not count closes nothing, and still says that the child was in.
			sees = append(sees, s)
		case len(s.own) > 0:
		case s.kind == "remove":
			removes = append(removes, s)
		default:
			empties = append(empties, s)
		}
	}
	closed := m.close(at, empties, removes, len(adds) > 0)
	closings := len(empties)+len(removes) > 0
	for _, s := range adds {
		m.add(at, s, closings)
	}
	for _, s := range sees {
		m.see(at, s, closed, closings)
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
		m.found(at, nil)
		by := map[string]bool{}
		for _, s := range removes {
			addAll(by, s.organisations)
		}
		m.end(at, by)
		m.foundNone, ended = true, true
	}
	closes := !found
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
		if len(empty) > 0 || m.takesAll(at, removing) {
			m.end(at, by)
			ended, closes = true, true
		} else if stranger {
			m.change(at+1, union(m.cur, []string{"STRANGER"}))
		}
	}
	if closes {
		m.lastClosing = at
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
	if whole || nothing {
		return true
	}
	if unclear {
		m.change(at+1, union(m.cur, []string{"QUANTITY"}))
	}
	return false
}

// mayClose says whether a closing ends the open window: in `certain` every one does.
func (m *machine) mayClose(s *step) bool {
	if !m.all {
		return true
	}
	for organisation := range s.organisations {
		if m.vouching[organisation] || m.h.standing(m.pair, m.open.from, s.at, organisation) {
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
		if m.foundNone {
			because = union(because, []string{"ORDER"})
		}
		m.foundNone = false
		if len(s.own) > 0 {
			m.cur = s.own
		}
		m.change(at+1, because)
	} else if len(s.own) == 0 {
		m.change(at, nil)
		if closings {
			m.change(at+1, []string{"SAME_TIME"})
		}
	}
	m.told(s)
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
		if len(s.own) == 0 {
			m.change(at, nil)
		}
	case !closed:
		m.found(at, s.own)
		if closings {
			m.change(at+1, union(s.own, []string{"SAME_TIME"}))
		}
	default:
		return
	}
	m.told(s)
}

// told notes who says that the child is in.
func (m *machine) told(s *step) {
	addAll(m.open.openedBy, s.organisations)
	addAll(m.vouching, s.organisations)
}

// contradict finds from where a window is undecided because of other events of child and parent.
func (m *machine) contradict(w *window, steps []*step, certain []*window) {
	if m.pair.bond == "other" {
		return
	}
	for _, found := range m.contradictions(w) {
		if w.undecidedAt(found.from) || !within(certain, found) {
			continue
		}
		found.to = w.to
		for _, s := range steps {
			if (s.kind == "add" || s.kind == "see") && len(s.own) == 0 && s.at > found.from {
				found.to = min(found.to, s.at-1)
			}
		}
		w.undecided = append(w.undecided, found)
	}
}

// within says whether a contradiction is in a window that is certain without it: a loading before its end.
func within(certain []*window, found span) bool {
	for _, w := range certain {
		before := found.from < w.to || found.from == w.to && found.because[0] == "OVERLAP"
		if found.from >= w.from && before {
			return true
		}
	}
	return false
}

func (w *window) undecidedAt(at int) bool {
	for _, u := range w.undecided {
		if u.from <= at && u.to >= at {
			return true
		}
	}
	return false
}

// contradictions within a window, by time.
func (m *machine) contradictions(w *window) []span {
	var found []span
	p := m.pair.parent
	travelled := m.h.behindAll
	for _, e := range m.h.events[p] {
		moves := e.has(p, "subject") || e.has(p, "child") || e.said.Change == "see"
		if moves && e.counts() && e.at >= w.from && e.at <= w.to {
			travelled = min(travelled, e.at)
		}
	}
	for _, e := range m.h.events[p] {
		other := e.loads(p) && e.said.Bond == m.pair.bond && e.rows[m.pair.child] == nil
		if other && e.counts() && e.at > travelled && e.at <= w.to {
			found = append(found, span{from: e.at, because: []string{"RELOADED"}})
		}
	}
	if m.h.nature(m.pair.child) == "instance" {
		for _, e := range m.h.events[m.pair.child] {
			row := e.rows[m.pair.child]
			other := e.said.Bond == m.pair.bond && e.said.Change == "add" && e.has(m.pair.child, "child") && row.Parent != p
			if other && e.counts() && e.at >= w.from && e.at <= w.to {
				found = append(found, span{from: e.at, because: []string{"OVERLAP"}})
			}
		}
	}
	sort.SliceStable(found, func(i, j int) bool { return found[i].from < found[j].from })
	return found
}

func unitText(unit *string) string {
	if unit == nil {
		return "-"
	}
	return "=" + *unit
}

func decimal(text string) *big.Rat {
	value, _ := new(big.Rat).SetString(text)
	return value
}

func addAll(into, from map[string]bool) {
	for one := range from {
		into[one] = true
	}
}

// union of two sorted lists of reasons.
func union(a, b []string) []string {
	set := map[string]bool{}
	for _, one := range append(append([]string{}, a...), b...) {
		set[one] = true
	}
	return sortedKeys(set)
}
