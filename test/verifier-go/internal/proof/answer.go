package proof

import (
	"encoding/base64"
	"encoding/hex"
	"math"
	"sort"
	"strconv"
	"strings"
	"time"

	"cotrace.example/verifier/internal/attest"
	"cotrace.example/verifier/internal/fault"
	"cotrace.example/verifier/internal/lineage"
	"cotrace.example/verifier/internal/text"
	"cotrace.example/verifier/internal/traceid"
)

func (p *place) lineagePlace() lineage.Place {
	return lineage.Place{Domain: p.leaf.Domain, TxID: hex.EncodeToString(p.leaf.TxID), Organisation: p.leaf.MspID}
}

// traces as a lineage takes them, and for each event of them its place in the file.
func (v *verdict) traces() (map[string][]lineage.Shown, map[string][]*place) {
	traces, places := map[string][]lineage.Shown{}, map[string][]*place{}
	records := map[string]*lineage.Record{}
	for i := range v.file.traces {
		id := v.file.traces[i].traceID
		traces[id] = []lineage.Shown{}
		for _, at := range v.byTrace[i] {
			if at.foreign {
				continue
			}
			shown := lineage.Shown{Place: at.lineagePlace()}
			if at.row != nil {
				shown.Row = &at.row.Row
			}
			if at.record != nil {
				key := at.leaf.MspID + "\x00" + at.row.RecordID
				if records[key] == nil {
					record := at.record.Record
					record.RecordID = at.row.RecordID
					records[key] = &record
				}
				shown.Record = records[key]
			}
			traces[id] = append(traces[id], shown)
			places[id] = append(places[id], at)
		}
		for range v.hidden(i) {
			traces[id] = append(traces[id], lineage.Shown{Hidden: true})
		}
	}
	return traces, places
}

// hidden is 1 where a trace has events that are not open: to a lineage they are alike, however many there are.
func (v *verdict) hidden(i int) int { return int(min(v.count(i)-int64(len(v.byTrace[i])), 1)) }

func (v *verdict) count(i int) int64 {
	count := int64(0)
	for _, tree := range v.heads[i] {
		count += int64(tree.Count)
	}
	return count
}

func utc(unixSeconds uint64) string {
	if unixSeconds > 253402300799 {
		return ""
	}
	return time.Unix(int64(unixSeconds), 0).UTC().Format("2006-01-02T15:04:05.000Z")
}

func natureOf(traceID string) string {
	nature, err := traceid.NatureOf(traceID)
	if err != nil {
		return traceid.Instance
	}
	return nature
}

// answer is step 7, and what is told.
func (v *verdict) answer(root, tips *attest.Statement) (text.Object, error) {
	f := v.file
	question := lineage.Question{
		TraceID: f.traceID, Direction: f.direction, NatureOf: natureOf, HasRecorders: f.hasRecorders,
		Recorders: map[string]bool{}, RootTime: utc(root.UnixSeconds), Identifiers: f.identifiers, Events: f.events,
	}
	for _, mspID := range f.recorders {
		question.Recorders[mspID] = true
	}
	traces, places := v.traces()
	told := lineage.Of(question, traces)
	if err := v.checkAsked(told, places); err != nil {
		return nil, err
	}
	answer := told.Object
	delete(answer, "complete")
	asked := text.Object{}
	for _, name := range []string{"traceId", "direction", "recorders", "limits"} {
		asked[name] = f.question[name]
	}
	answer["question"] = asked
	answer["asOf"], answer["tips"] = asOf(root), nil
	if tips != nil {
		answer["tips"] = asOf(tips)
	}
	v.addIdentifiers(answer, told)
	v.addEvents(told, places)
	v.addDeclarations(answer)
	v.addForeign(answer)
	v.countOpen(answer)
	answer["brokenChains"] = v.brokenChains()
	states := []any{}
	for _, state := range f.states {
		var value any
		if state.present {
			value = base64.RawURLEncoding.EncodeToString(state.value)
		}
		states = append(states, text.Object{"domain": state.domain, "key": state.key, "value": value})
	}
	answer["states"] = states
	v.addVerdict(answer)
	return answer, nil
}

func asOf(statement *attest.Statement) text.Object {
	return text.Object{
		"block": strconv.FormatUint(statement.Block(), 10), "unixSeconds": strconv.FormatUint(statement.UnixSeconds, 10),
		"attestedBy": statement.By,
	}
}

// checkAsked refuses traces and records that the lineage does not need.
func (v *verdict) checkAsked(told *lineage.Answer, places map[string][]*place) error {
	for i := range v.file.traces {
		id := v.file.traces[i].traceID
		needs, needed := told.Needs[id]
		if !needed {
			return fault.New("NOT_ASKED", "nothing needs the trace %q", id)
		}
		asRecord := map[*place]bool{}
		for _, at := range needs {
			asRecord[places[id][at]] = true
		}
		for _, at := range v.byTrace[i] {
			if at.record != nil && !asRecord[at] {
				return fault.New("NOT_ASKED", "nothing needs a record of %q", id)
			}
		}
	}
	return nil
}

func (v *verdict) addIdentifiers(answer text.Object, told *lineage.Answer) {
	for _, item := range answer["identifiers"].([]any) {
		object := item.(text.Object)
		id := object["traceId"].(string)
		object["nature"], object["organisations"] = natureOf(id), v.organisations(id)
	}
	consulted := []any{}
	for i := range v.file.traces {
		id := v.file.traces[i].traceID
		if !told.Reached[id] {
			consulted = append(consulted, text.Object{"traceId": id, "nature": natureOf(id), "organisations": v.organisations(id)})
		}
	}
	sort.SliceStable(consulted, func(i, j int) bool {
		return text.Less(consulted[i].(text.Object)["traceId"].(string), consulted[j].(text.Object)["traceId"].(string))
	})
	answer["consulted"] = consulted
}

func (v *verdict) organisations(id string) []any {
	out := []any{}
	for i := range v.file.traces {
		if v.file.traces[i].traceID != id {
			continue
		}
		for j, tree := range v.heads[i] {
			shown := 0
			for _, event := range v.file.traces[i].trees[j].events {
				if event.row != nil {
					shown++
				}
			}
			out = append(out, text.Object{
				"mspId": tree.MspID, "count": int(tree.Count), "shown": shown, "full": tree.Count == math.MaxUint32,
			})
		}
	}
	return out
}

func (v *verdict) addEvents(told *lineage.Answer, places map[string][]*place) {
	type key struct {
		place    lineage.Place
		recordID string
	}
	found, records, envelopes := map[key]*place{}, map[key]*recordText{}, map[key]bool{}
	for _, listed := range places {
		for _, at := range listed {
			if at.row == nil {
				continue
			}
			k := key{at.lineagePlace(), at.row.RecordID}
			found[k] = at
			if at.record != nil {
				records[k] = at.record
			}
			envelopes[k] = envelopes[k] || at.shown.envelope >= 0
		}
	}
	for _, event := range told.Events {
		k := key{event.Place, event.RecordID}
		at := found[k]
		event.Object["block"], event.Object["txNum"] = strconv.FormatUint(at.leaf.Block, 10), int(at.leaf.TxNum)
		event.Object["envelope"], event.Object["record"] = envelopes[k], nil
		if record := records[k]; record != nil {
			object := text.Object{}
			for _, name := range []string{"step", "eventHash", "eventID", "bond", "change", "traces", "data"} {
				object[name] = record.value[name]
			}
			event.Object["record"] = object
		}
	}
}

// addDeclarations tells why and when events were declared wrong, where the records say it.
func (v *verdict) addDeclarations(answer text.Object) {
	for _, name := range []string{"leftOut", "disputes"} {
		for _, item := range answer[name].([]any) {
			object := item.(text.Object)
			object["reason"], object["declarationTime"], object["correctiveEventIDs"] = nil, nil, []any{}
			for i := range v.byTrace {
				for _, at := range v.byTrace[i] {
					if at.record != nil && at.row.RecordID == object["recordId"] && at.lineagePlace().TxID == object["txId"] {
						tellWhy(object, at.record)
					}
				}
			}
		}
	}
}

func tellWhy(object text.Object, record *recordText) {
	data, _ := record.value["data"].(text.Object)
	declaration, _ := data["errorDeclaration"].(text.Object)
	for _, name := range []string{"reason", "declarationTime"} {
		if written, is := declaration[name].(string); is {
			object[name] = written
		}
	}
	ids := []any{}
	listed, _ := declaration["correctiveEventIDs"].([]any)
	for _, one := range listed {
		if id, is := one.(string); is {
			ids = append(ids, id)
		}
	}
	object["correctiveEventIDs"] = ids
}

func (v *verdict) addForeign(answer text.Object) {
	var all []text.Object
	for _, item := range answer["foreign"].([]any) {
		all = append(all, item.(text.Object))
	}
	for i := range v.byTrace {
		for _, at := range v.byTrace[i] {
			if at.foreign {
				p := at.lineagePlace()
				all = append(all, text.Object{
					"domain": p.Domain, "txId": p.TxID, "organisation": p.Organisation, "traceId": v.file.traces[i].traceID,
				})
			}
		}
	}
	answer["foreign"] = lineage.List("domain txId organisation traceId", all)
}

// countOpen counts events that are not listed in the file one by one, of which the lineage saw that there are some.
func (v *verdict) countOpen(answer text.Object) {
	for _, item := range answer["open"].([]any) {
		object := item.(text.Object)
		for i := range v.file.traces {
			if v.file.traces[i].traceID == object["traceId"] && object["missing"] == "events" {
				unseen := v.count(i) - int64(len(v.byTrace[i]))
				object["events"] = object["events"].(int) + int(unseen) - v.hidden(i)
			}
		}
	}
}

func (v *verdict) brokenChains() []any {
	broken := []any{}
	for i := range v.file.traces {
		if v.hidden(i) > 0 {
			continue
		}
		whole := true
		listed := append([]*place{}, v.byTrace[i]...)
		for _, at := range listed {
			whole = whole && at.shown.row != nil
		}
		if !whole {
			continue
		}
		sort.SliceStable(listed, func(a, b int) bool {
			x, y := listed[a].leaf, listed[b].leaf
			return x.Block < y.Block || x.Block == y.Block && (x.TxNum < y.TxNum || x.TxNum == y.TxNum && x.Domain < y.Domain)
		})
		ver, last := map[string]float64{}, map[string]string{}
		for _, at := range listed {
			if at.row == nil || !at.row.isRow {
				continue
			}
			p := at.lineagePlace()
			if at.row.ver != ver[p.Domain]+1 || at.row.preTraceTxID != last[p.Domain] {
				broken = append(broken, text.Object{"traceId": v.file.traces[i].traceID, "domain": p.Domain, "txId": p.TxID})
			}
			ver[p.Domain], last[p.Domain] = at.row.ver, p.TxID
		}
	}
	return broken
}

func (v *verdict) addVerdict(answer text.Object) {
	incomplete := []string{}
	if len(answer["cut"].([]any)) > 0 {
		incomplete = append(incomplete, "cut")
	}
	for i := range v.heads {
		for _, tree := range v.heads[i] {
			if tree.Count == math.MaxUint32 && !strings.Contains(strings.Join(incomplete, " "), "full") {
				incomplete = append(incomplete, "full")
			}
		}
	}
	if len(answer["open"].([]any)) > 0 {
		incomplete = append(incomplete, "open")
	}
	answer["incomplete"], answer["complete"] = incomplete, len(incomplete) == 0
}
