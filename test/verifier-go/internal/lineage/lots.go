package lineage

// lots reaches the items of a lot, as products, in whatever role their events name the lot, and the lots of an item.
func (c *closure) lots(id string) {
	var because why
	if !c.up {
		because = lotPart
	}
	for _, e := range c.h.events[id] {
		if e.record == nil {
			continue
		}
		for _, entry := range e.record.Entries {
			isInstance := c.h.NatureOf(entry.ID) == "instance"
			if isInstance && entry.Lot == id && c.h.isBound(e, entry.ID) {
				c.reach(state{way: "product", id: entry.ID}, c.h.always(), c.h.lotReasons(entry.ID, id))
			}
			if isInstance && entry.ID == id && entry.Lot != "" && c.h.isBound(e, entry.Lot) {
				c.reach(state{way: "lot", id: entry.Lot}, c.h.always(), because|c.h.lotReasons(id, entry.Lot))
			}
		}
	}
}

// lot of an item: its events in other roles than lot, as of a product, but neither items nor children.
func (c *closure) lot(id string) {
	for _, e := range c.h.events[id] {
		if !e.hasBeside("lot") {
			continue
		}
		because := lotPart
		if c.up && e.makes() {
			because = 0
		}
		c.show(e, because)
		c.needed[e] = true
		c.transform(e, because)
	}
	if whole := c.h.always(); c.all {
		whole.because = lotPart
		c.containers(id, whole)
	}
}

// lotReasons are why it is undecided that an item is of a lot. It is one claim, however many events say it.
func (h *history) lotReasons(item, lot string) (because why) {
	lots := map[string]set[string]{} // by lot, the organisations whose word counts
	lotsOf := map[string]set[string]{}
	told := false
	for _, e := range h.events[item] {
		for _, entry := range e.entries() {
			if entry.Lot == "" {
				continue
			}
			if e.counts() {
				addTo(lots, entry.Lot, e.Organisation)
				addTo(lotsOf, e.Organisation, entry.Lot)
			}
			if entry.Lot == lot && told {
				because = worth(because, e.own)
			} else if entry.Lot == lot {
				because, told = e.own, true
			}
		}
	}
	if lots[lot] == nil {
		return because
	}
	because = 0
	if len(lots) > 1 {
		because = twoLots | madeTwice
		for _, named := range lotsOf {
			if len(named) == len(lots) {
				because = twoLots
			}
		}
	}
	// A stranger's lot: nobody who names it recorded another event of the item or its making, and others recorded the item.
	isByOthers, events := false, map[string]set[string]{}
	for _, e := range h.events[item] {
		switch {
		case !e.counts():
		case !lots[lot][e.Organisation]:
			isByOthers = true
		default:
			addTo(events, e.Organisation, e.Event)
			if e.makes() || len(events[e.Organisation]) > 1 {
				return because
			}
		}
	}
	if isByOthers {
		because |= stranger
	}
	return because
}
