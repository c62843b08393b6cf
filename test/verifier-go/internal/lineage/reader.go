package lineage

import (
	"cmp"
	"maps"
	"math/big"
	"slices"

	"cotrace.example/verifier/internal/text"
)

// step is what one or several records of a pair say alike.
type step struct {
	kind    string // empty, remove, add, see
	at      string
	said    string
	amounts map[string]*big.Rat // by unit
	tellers map[why]set[string] // by what there is against them
	own     why                 // the least of that
	by      set[string]         // who tells it best
}

func (s *step) adds() bool   { return s.kind == "add" }
func (s *step) closes() bool { return s.own == "" && (s.kind == "empty" || s.kind == "remove") }

// steps of a pair by all its times; of one time what there is least against is first, then by event.
func (h *history) steps(p pair, how reading) map[string][]*step {
	bySaid, steps := map[string]*step{}, map[string][]*step{}
	tell := func(e *event, amounts *[]Amount) {
		// A removal that does not count tells that the child was in, whoever else tells that it was taken out.
		said := text.InOrder([]any{e.Event, e.Change, e.Time, amounts, e.Change == "remove" && !e.counts()})
		s := bySaid[said]
		if s == nil {
			s = &step{kind: e.Change, at: e.Time, said: said, amounts: map[string]*big.Rat{}, tellers: map[why]set[string]{}}
			bySaid[said], steps[e.Time] = s, append(steps[e.Time], s)
		}
		for _, one := range *cmp.Or(amounts, new([]Amount)) {
			s.amounts[text.InOrder(one.Unit)], _ = new(big.Rat).SetString(one.Value)
		}
		addTo(s.tellers, e.own, e.Organisation)
		s.own = slices.Min(slices.Collect(maps.Keys(s.tellers)))
		s.by = s.tellers[s.own]
	}
	isOwn := func(one Entry) bool { return one.ID == p.child && one.Role == "child" && !h.isPassedOver(one) }
	takes := func(e *event) bool { return e.counts() || !how.isPlain() }
	for _, e := range filter(h.eventsOf(p), takes) {
		if !e.isRecord() {
			tell(e, nil)
		}
		for _, entry := range filter(e.record.Entries, isOwn) {
			tell(e, entry.Amounts)
		}
	}
	for _, e := range slices.Concat(h.events[p.child], h.events[p.parent]) {
		steps[e.Time] = append(steps[e.Time], nil...)
		if e.id == p.parent && e.Bond == p.bond && e.has("parent") && e.Change == "empty" && takes(e) && how != unemptied {
			tell(e, nil)
		}
	}
	for _, ofTime := range steps {
		slices.SortFunc(ofTime, func(a, b *step) int { return cmp.Or(cmp.Compare(a.own, b.own), cmp.Compare(a.said, b.said)) })
	}
	return steps
}

type reader struct {
	*history
	pair
	how      reading
	windows  []*window
	open     *window // the last one, as long as it has no end
	closings []*step // until now
	endedAt  string  // when the last window ended that not only strangers tell of
	foundAt  string  // when a removal found nothing open, and nothing was added since
}

// read the windows of a pair. What is undecided plainly is so wholly, too.
func (h *history) read(how reading, p pair) []*window {
	r := &reader{history: h, pair: p, how: how, foundAt: forever}
	steps := h.steps(p, how)
	for _, at := range text.Sorted(steps) {
		if p.bond != "other" {
			r.turn(at, steps[at])
		} else if len(steps[at]) > 0 {
			// In at the times of the events, and no longer.
			r.start(at, steps[at])
			r.end(at, nil)
		}
	}
	var doubts []part
	if how == wholly {
		for _, w := range slices.Concat(r.windows, h.windows(plainly, set[pair]{p: true})) {
			doubts = append(doubts, filter(w.parts, part.isUndecided)...)
		}
	}
	for _, w := range r.windows {
		w.how, w.by = how, &h.eventsOf(p)[0].Organisation
		w.parts = append(w.parts, cut(doubts, w.span)...)
	}
	return r.windows
}

func (r *reader) start(at string, steps []*step) {
	all := span{at, forever}
	r.open = &window{pair: r.pair, span: all, parts: []part{{span: all, because: steps[0].own}}}
	r.open.openedBy, r.open.closedBy, r.open.content = set[string]{}, set[string]{}, map[string]*big.Rat{}
	r.windows = append(r.windows, r.open)
	r.join(at, steps)
}

func (r *reader) end(at string, by []*step) {
	r.open.to, r.open.now().to = at, at
	for _, s := range by {
		maps.Copy(r.open.closedBy, s.by)
	}
	r.endedAt = cmp.Or(when(r.open.isVouched, at), r.endedAt)
	r.open = nil
}

func (r *reader) join(at string, steps []*step) {
	for _, s := range steps {
		maps.Copy(r.open.openedBy, s.by)
		r.open.floor = cmp.Or(when(!r.open.isVouched && s.adds(), at), r.open.floor)
		r.open.isVouched = r.open.isVouched || r.vouches(s)
	}
}

// vouches says whether a step counts and is told by who knows the parent; plainly, nobody is a stranger.
func (r *reader) vouches(s *step) bool {
	return r.how == plainly || s.own == "" && r.isFamiliar(r.parent, s.by)
}

// mayClose says whether a closing counts for a window: plainly, every one does. Otherwise one of its organisations must be
// among those who tell that the child was in, or have recorded an event of the parent at some time that was no unloading.
func (r *reader) mayClose(s *step, tellers set[string], within span) bool {
	return r.how.isPlain() || slices.ContainsFunc(text.Sorted(s.by), func(one string) bool { return tellers[one] }) ||
		slices.ContainsFunc(r.events[r.parent], func(e *event) bool {
			return s.by[e.Organisation] && e.counts() && within.has(e) && !e.unloads()
		})
}

// reach goes back to the last closing that counts for who tells that the child was in, of several to the earliest. Windows
// that ended since were cut off by strangers, and are one with this.
func (r *reader) reach(at string, steps []*step, own why) {
	w, first := r.open, at
	for _, s := range steps {
		last := r.endedAt
		counts := func(one *step) bool { return one.at < at && r.mayClose(one, s.by, span{one.at, at}) }
		for _, one := range filter(r.closings, counts) {
			last = max(last, one.at)
		}
		first = min(first, last)
	}
	until := w.from
	w.floor, w.from = max(w.floor, first), min(w.from, first)
	joins := func(one *window) bool { return one != w && one.to > first }
	for _, one := range filter(r.windows, joins) {
		w.from = min(w.from, one.from)
	}
	r.windows = slices.DeleteFunc(r.windows, joins)
	if w.from < until {
		w.parts = slices.Insert(w.parts, 0, part{span: span{w.from, until}, because: join("NO_OPENING", own)})
	}
}

// turn takes what is said of one time, closings first. Removals that do not count close nothing: they say that the child was in.
func (r *reader) turn(at string, steps []*step) {
	closings := filter(steps, (*step).closes)
	told := filter(steps, func(s *step) bool { return s.kind != "empty" && (r.how != familiar || r.vouches(s)) })
	adds := filter(told, (*step).adds)
	finds := filter(told, func(s *step) bool { return !s.adds() })
	removes := filter(finds, (*step).closes)
	isExplained := slices.ContainsFunc(adds, r.vouches)
	if r.open != nil && !r.open.isVouched && !isExplained && len(finds) > 0 {
		r.reach(at, finds, "")
	}
	if r.open != nil {
		r.close(at, closings)
	} else if len(removes) > 0 && !isExplained {
		r.tell(at, removes, "")
		r.end(at, removes)
		r.foundAt = at
	}
	r.closings = append(r.closings, closings...)
	because := when(len(closings) > 0, "SAME_TIME")
	r.tell(at, adds, because)
	r.tell(at, filter(finds, func(s *step) bool { return !s.closes() }), because)
	if r.open != nil && r.how.isPlain() {
		r.contradict(at)
	}
}

// close lets the closings of one time end the window: those that may do so first.
func (r *reader) close(at string, closings []*step) {
	w := r.open
	may := filter(closings, func(s *step) bool { return r.mayClose(s, w.openedBy, span{w.floor, at}) })
	empties, isWhole := filter(may, func(s *step) bool { return s.kind == "empty" }), r.NatureOf(r.child) == "instance"
	if len(empties) > 0 {
		may, isWhole = empties[:1], true
	}
	isUncounted := func(s *step) bool { return isWhole || len(s.amounts)+len(w.content) == 0 }
	isAll := slices.ContainsFunc(may, isUncounted)
	for _, s := range may {
		if !isUncounted(s) && !w.take(s) {
			w.change(at, join(w.now().because, "QUANTITY"))
		}
	}
	isLeft := slices.ContainsFunc(slices.Collect(maps.Values(w.content)), func(left *big.Rat) bool { return left.Sign() > 0 })
	switch {
	case isAll || len(may) > 0 && !isLeft && !w.isUncounted:
		r.end(at, may)
	case len(may) < len(closings):
		w.change(at, join(w.now().because, "STRANGER"))
	}
}

// tell takes what is added, or seen, at one time. What is seen as a window ends opens nothing, if not only strangers told of it.
func (r *reader) tell(at string, steps []*step, because why) {
	isOpen := r.open != nil
	if len(steps) == 0 || !isOpen && r.endedAt == at && !steps[0].adds() {
		return
	}
	own, isAdd := when(!isOpen, steps[0].own), steps[0].adds()
	isPut := isAdd || !isOpen || !r.open.isVouched
	if !isOpen {
		r.start(at, steps)
	}
	w := r.open
	if !isAdd && isPut {
		r.reach(at, steps, own)
	}
	switch {
	case !isOpen:
		w.change(at, join(own, because, when(isAdd && r.foundAt < at, "ORDER")))
	case r.how.isPlain():
		// It is so again. What is told at the time at which it became so changes nothing.
		again := when(at == w.now().from, w.now().because)
		w.change(at, again)
		w.change(at, cmp.Or(when(isAdd, because), again))
	}
	for _, s := range steps {
		if isPut {
			w.put(s)
		}
		w.change(at, join(w.now().because, when(isAdd && r.NatureOf(r.child) != "instance", s.own)))
	}
	r.foundAt = cmp.Or(when(isAdd, forever), r.foundAt)
	r.join(at, steps)
}

// contradict a certain window where its child is put into another parent, or its parent loaded after it travelled.
func (r *reader) contradict(at string) {
	then := func(id string, is func(*event) bool) bool {
		return slices.ContainsFunc(r.events[id], func(e *event) bool { return e.Time == at && e.counts() && is(e) })
	}
	leaves := func(e *event) bool {
		return e.Bond == r.bond && e.Change == "add" && e.Parent != "" && e.Parent != r.parent
	}
	own := setOf(r.eventsOf(r.pair), (*event).group)
	reloads := func(e *event) bool { return e.Bond == r.bond && e.loads() && !own[e.group()] }
	travels := func(e *event) bool {
		return e.has("subject") || e.has("child") || e.Bond == r.bond && e.Change == "see"
	}
	w, because := r.open, r.open.now().because
	if because == "" && r.NatureOf(r.child) == "instance" && then(r.child, leaves) {
		w.change(at, "OVERLAP")
	} else if because == "" && w.hasTravelled && then(r.parent, reloads) {
		w.change(at, "RELOADED")
	}
	isContradicted := because == "OVERLAP" || because == "RELOADED"
	w.hasTravelled = (because == "" || isContradicted) && (w.hasTravelled || then(r.parent, travels))
}
