package lineage

import "cotrace.example/verifier/internal/text"

// Of gives the lineage of an identifier, as it is told in JSON.
func Of(question Question, traces map[string][]Shown) text.Object {
	h := newHistory(question, traces)
	certain, all := &layer{}, &layer{}
	for _, direction := range directions[question.Direction] {
		certain.join(h.close(direction, false))
		all.join(h.close(direction, true))
	}
	identifiers := []any{}
	for _, id := range sortedKeys(all.ways) {
		identifiers = append(identifiers, status(certain.ways[id] != nil, all.idReasons[id], text.Object{
			"traceId": id, "as": sortedKeys(all.ways[id]),
		}))
	}
	events := []any{}
	for e, because := range all.shown {
		_, sure := certain.shown[e]
		events = append(events, status(sure, because, text.Object{
			"domain": e.place.Domain, "txId": e.place.TxID, "organisation": e.place.Organisation,
			"recordId": e.said.RecordID, "time": e.said.Time,
		}))
	}
	return text.Object{"identifiers": identifiers, "events": events}
}

var directions = map[string][]string{"none": {"none"}, "up": {"up"}, "down": {"down"}, "both": {"up", "down"}}

// layer is what the closures of one or two directions reached.
type layer struct {
	ways, idReasons map[string]map[string]bool
	shown           map[*event]map[string]bool
	lots            map[[2]string]bool
}

func (l *layer) join(c *closure) {
	l.ways, l.idReasons = joined(l.ways, c.ways), joined(l.idReasons, c.idReasons)
	l.shown = joined(l.shown, c.shown)
	if l.lots == nil {
		l.lots = map[[2]string]bool{}
	}
	for lot := range c.lots {
		l.lots[lot] = true
	}
}

func joined[K comparable](into, from map[K]map[string]bool) map[K]map[string]bool {
	if into == nil {
		into = map[K]map[string]bool{}
	}
	for key, set := range from {
		if into[key] == nil {
			into[key] = map[string]bool{}
		}
		addAll(into[key], set)
	}
	return into
}

func status(certain bool, because map[string]bool, object text.Object) text.Object {
	object["certain"] = certain
	switch {
	case certain:
		object["because"] = []string{}
	case len(because) == 0:
		object["because"] = []string{"BEYOND"}
	default:
		object["because"] = sortedKeys(because)
	}
	return object
}
