package lineage

import "cotrace.example/verifier/internal/text"

const maxTest = 1_000_000

// ReadQuestion reads the question and the traces of a vector.
func ReadQuestion(shape *text.Shape) (Question, map[string][]Shown, error) {
	natures, _ := shape.Any("natures").(text.Object)
	q := text.ShapeOf(shape.Any("question"), "BAD_QUESTION")
	limits := text.ShapeOf(q.Any("limits"), "BAD_QUESTION")
	question := Question{
		TraceID: q.Text("traceId"), Direction: q.Text("direction"),
		Identifiers: limits.Number("identifiers", 1, maxTest), Events: limits.Number("events", 1, maxTest),
		NatureOf: func(id string) string { nature, _ := natures[id].(string); return nature },
	}
	if rootTime := q.TextOrNull("rootTime"); rootTime != nil {
		question.RootTime = *rootTime
	}
	if listed, given := q.Any("recorders").([]any); given {
		question.HasRecorders, question.Recorders = true, map[string]bool{}
		for _, one := range listed {
			organisation, _ := one.(string)
			question.Recorders[organisation] = true
		}
	}
	traces := map[string][]Shown{}
	all, _ := shape.Any("traces").(text.Object)
	for id, listed := range all {
		traces[id] = []Shown{}
		items, _ := listed.([]any)
		for _, item := range items {
			shown, err := readShown(item)
			if err != nil {
				return question, nil, err
			}
			traces[id] = append(traces[id], shown)
		}
	}
	for _, one := range []*text.Shape{limits, q, shape} {
		if err := one.Err(); err != nil {
			return question, nil, err
		}
	}
	return question, traces, nil
}

func readShown(item any) (Shown, error) {
	s := text.ShapeOf(item, "BAD_QUESTION")
	var shown Shown
	if s.Text("shown") == "hidden" {
		return Shown{Hidden: true}, s.Err()
	}
	p := text.ShapeOf(s.Any("place"), "BAD_QUESTION")
	shown.Place = Place{p.Text("domain"), p.Text("txId"), p.Text("organisation")}
	if s.Has("row") {
		r := text.ShapeOf(s.Any("row"), "BAD_QUESTION")
		row := &Row{Said: readSaid(r), Parent: orEmpty(r.TextOrNull("parent"))}
		for _, role := range r.List("roles", maxTest) {
			name, _ := role.(string)
			row.Roles = append(row.Roles, name)
		}
		shown.Row = row
		if err := r.Err(); err != nil {
			return shown, err
		}
	}
	if s.Has("record") {
		r := text.ShapeOf(s.Any("record"), "BAD_QUESTION")
		record := &Record{Said: readSaid(r), Step: r.TextOrNull("step")}
		for _, one := range r.List("traces", maxTest) {
			entry, err := readEntry(one)
			if err != nil {
				return shown, err
			}
			record.Entries = append(record.Entries, entry)
		}
		shown.Record = record
		if err := r.Err(); err != nil {
			return shown, err
		}
	}
	if err := p.Err(); err != nil {
		return shown, err
	}
	return shown, s.Err()
}

func readSaid(r *text.Shape) Said {
	wrong, _ := r.Any("wrong").(bool)
	return Said{
		RecordID: r.Text("recordId"), Event: r.Text("event"), Time: r.Text("time"), Wrong: wrong,
		Bond: orEmpty(r.TextOrNull("bond")), Change: orEmpty(r.TextOrNull("change")),
	}
}

func readEntry(item any) (Entry, error) {
	s := text.ShapeOf(item, "BAD_QUESTION")
	entry := Entry{ID: s.Text("id"), Role: s.Text("role"), Lot: orEmpty(s.TextOrNull("lot"))}
	if listed, given := s.Any("amounts").([]any); given {
		entry.HasAmounts = true
		for _, one := range listed {
			a := text.ShapeOf(one, "BAD_QUESTION")
			entry.Amounts = append(entry.Amounts, Amount{a.Text("value"), a.TextOrNull("unit")})
			if err := a.Err(); err != nil {
				return entry, err
			}
		}
	}
	return entry, s.Err()
}

func orEmpty(text *string) string {
	if text == nil {
		return ""
	}
	return *text
}
