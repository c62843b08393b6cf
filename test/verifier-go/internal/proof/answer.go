package proof

import (
	"maps"
	"math"
	"slices"
	"time"

	"cotrace.example/verifier/internal/attest"
	"cotrace.example/verifier/internal/events"
	"cotrace.example/verifier/internal/fault"
	"cotrace.example/verifier/internal/lineage"
	"cotrace.example/verifier/internal/text"
	"cotrace.example/verifier/internal/traceid"
)

type organisation struct {
	MspID string `json:"mspId"`
	Count uint32 `json:"count"`
	Shown int    `json:"shown"`
	Full  bool   `json:"full"`
}

type trace struct {
	TraceID       string         `json:"traceId"`
	Nature        string         `json:"nature"`
	Organisations []organisation `json:"organisations"`
}

type identifier struct {
	lineage.Identifier
	Nature        string         `json:"nature"`
	Organisations []organisation `json:"organisations"`
}

type event struct {
	lineage.Event
	Block    uint64      `json:"block"`
	TxNum    uint32      `json:"txNum"`
	Envelope bool        `json:"envelope"`
	Record   text.Object `json:"record"`
}

type declaration struct {
	lineage.Declaration
	Reason             *string  `json:"reason"`
	DeclarationTime    *string  `json:"declarationTime"`
	CorrectiveEventIDs []string `json:"correctiveEventIDs"`
}

type unmatched struct {
	lineage.Unmatched
	EventHash          *string  `json:"eventHash"`
	EventID            *string  `json:"eventID"`
	Reason             *string  `json:"reason"`
	DeclarationTime    *string  `json:"declarationTime"`
	CorrectiveEventIDs []string `json:"correctiveEventIDs"`
}

type brokenChain struct {
	TraceID string `json:"traceId"`
	Domain  string `json:"domain"`
	TxID    string `json:"txId"`
}

type answer struct {
	lineage.Answer
	Question     lineage.Asked `json:"question"`
	AsOf         attest.AsOf   `json:"asOf"`
	Tips         *attest.AsOf  `json:"tips"`
	Complete     bool          `json:"complete"`
	Incomplete   []string      `json:"incomplete"`
	Identifiers  []identifier  `json:"identifiers"`
	Consulted    []trace       `json:"consulted"`
	Events       []event       `json:"events"`
	LeftOut      []declaration `json:"leftOut"`
	Disputes     []declaration `json:"disputes"`
	Unmatched    []unmatched   `json:"unmatched"`
	Orphans      []orphan      `json:"orphans"`
	BrokenChains []brokenChain `json:"brokenChains"`
	States       []state       `json:"states"`
}

func natureOf(traceID string) string {
	_, nature, _ := traceid.Identify(traceID)
	return nature
}

// shown is what a lineage takes of a trace, and the places of its open events in it.
func (t *shownTrace) shown(records map[string]*lineage.Record) (listed []lineage.Shown, places []*place) {
	for _, tree := range t.trees() {
		for _, at := range tree.open {
			if at.foreign {
				continue
			}
			where := at.at()
			one := lineage.Shown{Place: &where, Row: at.row}
			if at.record != nil {
				key := at.MspID + "\x00" + at.row.RecordID
				if records[key] == nil {
					record := at.record.read
					record.RecordID = at.row.RecordID
					records[key] = &record
				}
				one.Record = records[key]
			}
			listed, places = append(listed, one), append(places, at)
		}
		if tree.hidden > 0 {
			listed, places = append(listed, lineage.Shown{Organisation: tree.MspID, More: tree.hidden - 1}), append(places, nil)
		}
	}
	return listed, places
}

// answer is step 7, and what is told.
func (f *file) answer(asOf attest.AsOf, tips *attest.AsOf, c *contents) (any, error) {
	asked := lineage.Question{Asked: f.Question.Asked, NatureOf: natureOf}
	last := int64(min(asOf.UnixSeconds, 253_402_300_799))
	asked.RootTime = time.Unix(last, 0).UTC().Format("2006-01-02T15:04:05.000Z")
	traces, records := map[string][]lineage.Shown{}, map[string]*lineage.Record{}
	places := map[string][]*place{}
	for _, one := range f.Traces {
		traces[one.TraceID], places[one.TraceID] = one.shown(records)
	}
	told, needs := lineage.Of(asked, traces)
	for _, one := range f.Traces {
		asRecord, isNeeded := needs[one.TraceID]
		for i, at := range places[one.TraceID] {
			isNeeded = isNeeded && (at == nil || at.record == nil || slices.Contains(asRecord, i))
		}
		if !isNeeded {
			return nil, fault.New("NOT_ASKED", "nothing needs the trace %q, or a record of it", one.TraceID)
		}
	}
	a := &answer{Answer: *told, Question: f.Question.Asked, AsOf: asOf, Tips: tips, States: f.States}
	a.addTraces(f)
	a.addEvents(f)
	for _, one := range f.Traces {
		for _, tree := range one.trees() {
			for _, at := range tree.open {
				if at.foreign {
					a.Foreign = append(a.Foreign, lineage.Foreign{Place: at.at(), TraceID: one.TraceID})
				}
			}
		}
		a.BrokenChains = append(a.BrokenChains, one.brokenChains()...)
	}
	a.Foreign = text.Listed(a.Foreign)
	for _, sent := range c.envelopes {
		a.Orphans = append(a.Orphans, sent.orphans()...)
	}
	a.Orphans = text.Listed(a.Orphans)
	a.addVerdict(f, &asked)
	return a, nil
}

// addTraces tells of the traces how much of them is shown.
func (a *answer) addTraces(f *file) {
	organisations := map[string][]organisation{}
	for _, one := range f.Traces {
		organisations[one.TraceID] = nil
		for i, tree := range one.trees() {
			shown := 0
			for _, event := range tree.Events {
				if event.Row != nil || event.Envelope != nil {
					shown++
				}
			}
			count := one.head[i].Count
			organisations[one.TraceID] = append(organisations[one.TraceID], organisation{tree.MspID, count, shown, count == math.MaxUint32})
		}
	}
	for _, one := range a.Answer.Identifiers {
		a.Identifiers = append(a.Identifiers, identifier{one, natureOf(one.TraceID), organisations[one.TraceID]})
		delete(organisations, one.TraceID)
	}
	for _, id := range slices.SortedFunc(maps.Keys(organisations), text.Compare) {
		a.Consulted = append(a.Consulted, trace{id, natureOf(id), organisations[id]})
	}
}

func (a *answer) addEvents(f *file) {
	type key struct {
		lineage.Place
		recordID string
	}
	found, shown := map[key]event{}, map[key]*recordText{}
	for _, one := range f.Traces {
		for _, tree := range one.trees() {
			for _, at := range tree.open {
				if at.row == nil || at.foreign {
					continue
				}
				k := key{at.at(), at.row.RecordID}
				known := found[k]
				known.Block, known.TxNum = at.Block, at.TxNum
				known.Envelope = known.Envelope || at.shown.Envelope != nil
				if at.record != nil {
					known.Record, shown[k] = text.Object{}, at.record
					for _, name := range []string{"step", "eventHash", "eventID", "bond", "change", "traces", "data"} {
						known.Record[name] = at.record.value[name]
					}
				}
				found[k] = known
			}
		}
	}
	for _, told := range a.Answer.Events {
		one := found[key{told.Place, told.RecordID}]
		one.Event = told
		a.Events = append(a.Events, one)
	}
	explained := func(list []lineage.Declaration) (out []declaration) {
		for _, one := range list {
			out = append(out, explain(one, shown[key{one.Place, one.RecordID}]))
		}
		return out
	}
	a.LeftOut, a.Disputes = explained(a.Answer.LeftOut), explained(a.Answer.Disputes)
	for _, one := range a.Answer.Unmatched {
		record := shown[key{one.Place, one.RecordID}]
		why := explain(lineage.Declaration{}, record)
		told := unmatched{
			Unmatched: one, Reason: why.Reason, DeclarationTime: why.DeclarationTime, CorrectiveEventIDs: why.CorrectiveEventIDs,
		}
		if record != nil {
			told.EventHash, told.EventID = &record.EventHash, record.EventID
		}
		a.Unmatched = append(a.Unmatched, told)
	}
}

// explain tells why and when an event was declared wrong, where the record is shown and says it.
func explain(one lineage.Declaration, record *recordText) declaration {
	told := declaration{Declaration: one}
	if record == nil {
		return told
	}
	said, _ := record.Data["errorDeclaration"].(text.Object)
	textOf := func(name string) *string {
		if written, is := said[name].(string); is {
			return &written
		}
		return nil
	}
	told.Reason, told.DeclarationTime = textOf("reason"), textOf("declarationTime")
	ids, _ := said["correctiveEventIDs"].([]any)
	for _, id := range ids {
		if written, is := id.(string); is {
			told.CorrectiveEventIDs = append(told.CorrectiveEventIDs, written)
		}
	}
	return told
}

func (t *shownTrace) brokenChains() (broken []brokenChain) {
	var rows []*place
	for _, tree := range t.trees() {
		for _, at := range tree.open {
			if at.row == nil && !at.foreign {
				return nil
			}
			if at.link != nil {
				rows = append(rows, at)
			}
		}
		if tree.hidden > 0 {
			return nil
		}
	}
	slices.SortFunc(rows, func(x, y *place) int { return events.Compare(x.Leaf, y.Leaf) })
	last := map[string]*place{}
	for _, at := range rows {
		before := last[at.Domain]
		follows := at.link.Ver == 1
		if before != nil {
			id := at.link.PreTraceTxID
			follows = at.link.Ver == before.link.Ver+1 && id != nil && *id == before.TxID
		}
		if !follows {
			broken = append(broken, brokenChain{t.TraceID, at.Domain, at.TxID})
		}
		last[at.Domain] = at
	}
	return broken
}

func (a *answer) addVerdict(f *file, asked *lineage.Question) {
	why := map[string]bool{"open": len(a.Open) > 0}
	for _, one := range a.Cut {
		why["cut"] = why["cut"] || one.Organisation == nil || asked.MayCount(*one.Organisation)
	}
	for _, one := range f.Traces {
		for _, tree := range one.head {
			why["full"] = why["full"] || tree.Count == math.MaxUint32 && asked.MayCount(tree.MspID)
		}
	}
	for _, reason := range text.Sorted(why) {
		if why[reason] {
			a.Incomplete = append(a.Incomplete, reason)
		}
	}
	a.Complete = len(a.Incomplete) == 0
}
