package lineage

import (
	"maps"
	"slices"
)

// why is a set of reasons.
type why uint

const (
	classOnly why = 1 << iota
	wasEmptied
	lotPart
	madeTwice
	noOpening
	order
	otherOrganisation
	otherRecorder
	overlap
	quantity
	reloaded
	sameTime
	stranger
	twoLots
	withdrawn
)

// Names of reasons, in their order and sorted.
var reasons = []string{
	"CLASS_ONLY", "EMPTIED", "LOT_PART", "MADE_TWICE", "NO_OPENING", "ORDER", "OTHER_ORGANISATION", "OTHER_RECORDER",
	"OVERLAP", "QUANTITY", "RELOADED", "SAME_TIME", "STRANGER", "TWO_LOTS", "WITHDRAWN",
}

func (w why) texts() []string {
	texts := []string{}
	for i, name := range reasons {
		if w>>i&1 == 1 {
			texts = append(texts, name)
		}
	}
	return texts
}

// worth is what there is against a claim that two events make: nothing where there is nothing against one of them.
func worth(a, b why) why {
	switch both := a | b; {
	case a == 0 || b == 0:
		return 0
	case both&otherRecorder != 0:
		return otherRecorder
	default:
		return both
	}
}

type set[K comparable] map[K]bool

func (s set[K]) join(other set[K]) { maps.Copy(s, other) }

// addTo adds to one of several sets.
func addTo[K, V comparable](sets map[K]set[V], key K, value V) {
	if sets[key] == nil {
		sets[key] = set[V]{}
	}
	sets[key][value] = true
}

func sorted(s set[string]) []string { return slices.Sorted(maps.Keys(s)) }
