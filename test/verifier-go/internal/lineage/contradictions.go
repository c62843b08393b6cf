package lineage

// contradict cuts the certain parts of a window at the first contradiction in each: from there on they are undecided.
func (m *machine) contradict(w *window) {
	var parts []span
	for _, part := range w.parts {
		if len(part.because) > 0 {
			parts = append(parts, part)
			continue
		}
		for _, renewed := range m.cutAtRenewals(part) {
			parts = append(parts, m.cut(part, renewed)...)
		}
	}
	w.parts = parts
}

// cut a part, of a certain one, at the first contradiction in it.
func (m *machine) cut(whole, part span) []span {
	first := part.to + 1
	var because []string
	for _, found := range m.contradictions(whole) {
		if found.from >= part.from && found.from < part.to && found.from <= first {
			if found.from < first {
				because = nil
			}
			first, because = found.from, union(because, found.because)
		}
	}
	if because == nil {
		return []span{part}
	}
	return []span{{from: part.from, to: first}, {first, part.to, because}}
}

// cutAtRenewals cuts a certain part where an `add` or `see` says again that the child is in.
func (m *machine) cutAtRenewals(part span) []span {
	var parts []span
	for _, s := range m.renewals {
		if s > part.from && s < part.to {
			parts = append(parts, span{from: part.from, to: s})
			part.from = s
		}
	}
	return append(parts, part)
}

// contradictions in a certain part of a window: its child is put into another parent, or its parent loaded after it travelled.
func (m *machine) contradictions(w span) []span {
	var found []span
	p := m.pair.parent
	travelled := m.h.behindAll
	for _, e := range m.h.events[p] {
		moves := e.has(p, "subject") || e.has(p, "child") || e.said.Change == "see" && e.said.Bond == m.pair.bond
		if moves && e.counts() && e.at >= w.from && e.at <= w.to {
			travelled = min(travelled, e.at)
		}
	}
	for _, e := range m.h.events[p] {
		other := e.loads(p) && e.said.Bond == m.pair.bond && !m.h.names(e, m.pair.child)
		if other && e.counts() && e.at > travelled && e.at < w.to {
			found = append(found, span{from: e.at, because: []string{"RELOADED"}})
		}
	}
	if m.h.nature(m.pair.child) != "instance" {
		return found
	}
	for _, e := range m.h.events[m.pair.child] {
		row := e.row
		other := e.said.Bond == m.pair.bond && e.said.Change == "add" && e.has(m.pair.child, "child") && row.Parent != p
		if other && e.counts() && e.at >= w.from && e.at <= w.to {
			found = append(found, span{from: e.at, because: []string{"OVERLAP"}})
		}
	}
	return found
}
