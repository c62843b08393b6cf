package lineage

// items of a lot, as products, in whatever role their events name the lot.
func (c *closure) items(lot string) {
	for _, e := range c.h.events[lot] {
		if e.record == nil {
			continue
		}
		for _, entry := range e.record.Entries {
			if entry.Lot == lot && c.h.nature(entry.ID) == "instance" && c.h.counterpart(e, entry.ID) {
				c.ofLot(entry.ID, lot, state{way: "product", id: entry.ID}, nil)
			}
		}
	}
}

// lotsOf an item, each as the lot of an item.
func (c *closure) lotsOf(item string) {
	if c.h.nature(item) != "instance" {
		return
	}
	var because []string
	if !c.up {
		because = []string{"LOT_PART"}
	}
	for _, e := range c.h.events[item] {
		if e.record == nil {
			continue
		}
		for _, entry := range e.record.Entries {
			if entry.ID == item && entry.Lot != "" && c.h.counterpart(e, entry.Lot) {
				c.ofLot(item, entry.Lot, state{way: "lot", id: entry.Lot}, because)
			}
		}
	}
}

func (c *closure) ofLot(item, lot string, to state, because []string) {
	c.reach(to, c.h.always(), union(because, c.h.lotReasons(item, lot)))
}

// lot of an item: its events in other roles than lot, as of a product, but neither items nor children.
func (c *closure) lot(id string) {
	for _, e := range c.h.events[id] {
		if e.isLotAlone(id) {
			continue
		}
		var because []string
		if !c.up || !c.h.makes(e, id) {
			because = []string{"LOT_PART"}
		}
		c.show(e, because)
		c.need(id, e)
		c.transform(e, id, because)
	}
	c.lotContainers(id)
}

func (c *closure) lotContainers(id string) {
	if !c.all {
		return
	}
	whole := c.h.always()
	whole.because = []string{"LOT_PART"}
	c.containers(id, whole)
}

func (e *event) isLotAlone(id string) bool {
	for _, role := range e.row.Roles {
		if role != "lot" {
			return false
		}
	}
	return true
}

// lotReasons are why it is undecided that an item is of a lot. It is one claim, however many events say it.
func (h *history) lotReasons(item, lot string) []string {
	named := map[string]map[string]bool{} // by lot, the organisations whose word counts
	var against []string
	told := false
	for _, e := range h.events[item] {
		for _, which := range e.lotsOf(item) {
			if e.counts() {
				if named[which] == nil {
					named[which] = map[string]bool{}
				}
				named[which][e.place.Organisation] = true
			}
			if which == lot {
				if told {
					against = worth(against, e.own)
				} else {
					against, told = e.own, true
				}
			}
		}
	}
	if named[lot] == nil {
		return against
	}
	var because []string
	if len(named) > 1 {
		because = append(because, "TWO_LOTS")
		if !someoneNamesAll(named) {
			because = append(because, "MADE_TWICE")
		}
	}
	if h.strangersLot(item, named[lot]) {
		because = append(because, "STRANGER")
	}
	return union(because, nil)
}

func someoneNamesAll(named map[string]map[string]bool) bool {
	count := map[string]int{}
	for _, by := range named {
		for organisation := range by {
			count[organisation]++
		}
	}
	for _, lots := range count {
		if lots == len(named) {
			return true
		}
	}
	return false
}

// strangersLot says whether those who name a lot recorded no other event of the item, nor its making, while others
// recorded the item.
func (h *history) strangersLot(item string, by map[string]bool) bool {
	others := false
	told := map[string]map[string]bool{}
	for _, e := range h.events[item] {
		if !e.counts() {
			continue
		}
		if !by[e.place.Organisation] {
			others = true
			continue
		}
		if told[e.place.Organisation] == nil {
			told[e.place.Organisation] = map[string]bool{}
		}
		told[e.place.Organisation][e.said.Event] = true
		if h.makes(e, item) || len(told[e.place.Organisation]) > 1 {
			return false
		}
	}
	return others
}

// lotsOf an item that an event names.
func (e *event) lotsOf(item string) []string {
	var lots []string
	if e.record != nil {
		for _, entry := range e.record.Entries {
			if entry.ID == item && entry.Lot != "" {
				lots = append(lots, entry.Lot)
			}
		}
	}
	return lots
}
