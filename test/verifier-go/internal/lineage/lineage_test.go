package lineage

import (
	"slices"
	"testing"
)

// in tells who recorded a change of a child in the crate P; without a bond a move of the crate.
func in(traces map[string][]Shown, by, name, minute, bond, change string) {
	record := &Record{Said: Said{RecordID: name, Event: name, Time: "2026-01-01T00:0" + minute + ":00.000Z", Bond: bond, Change: change}}
	switch {
	case bond == "":
		record.Entries = []Entry{{ID: "P", Role: "subject"}}
	case change == "empty":
		record.Entries = []Entry{{ID: "P", Role: "parent"}}
	default:
		record.Entries = []Entry{{ID: "P", Role: "parent"}, {ID: "a", Role: "child"}}
	}
	for _, entry := range record.Entries {
		row := &Row{Said: record.Said, Roles: []string{entry.Role}}
		if entry.Role == "child" {
			row.Parent = "P"
		}
		traces[entry.ID] = append(traces[entry.ID], Shown{Place: &Place{"goods", name, by}, Row: row, Record: record})
	}
}

func shownEvents(traces map[string][]Shown) (certain, undecided []string) {
	question := Question{Asked: Asked{TraceID: "a", Direction: "up"}, NatureOf: func(string) string { return "instance" }}
	question.Limits.Identifiers, question.Limits.Events = 10, 10
	answer, _ := Of(question, traces)
	for _, event := range answer.Events {
		if event.Certain {
			certain = append(certain, event.RecordID)
		} else {
			undecided = append(undecided, event.RecordID)
		}
	}
	return certain, undecided
}

// A crate is emptied without naming what is in: it was in until then, and not beyond.
func TestWindow(t *testing.T) {
	traces := map[string][]Shown{}
	in(traces, "O", "add", "1", "aggregation", "add")
	in(traces, "O", "ship", "2", "", "see")
	in(traces, "O", "empty", "3", "aggregation", "empty")
	in(traces, "O", "again", "4", "", "see")
	if certain, undecided := shownEvents(traces); !slices.Equal(certain, []string{"add", "ship", "empty"}) || undecided != nil {
		t.Error(certain, undecided)
	}
}

// Without the packing, earlier moves of the crate are undecided.
func TestMoveBeforeARemoval(t *testing.T) {
	traces := map[string][]Shown{}
	in(traces, "O", "ship", "3", "", "see")
	in(traces, "O", "remove", "8", "aggregation", "remove")
	if certain, undecided := shownEvents(traces); !slices.Equal(certain, []string{"remove"}) || !slices.Equal(undecided, []string{"ship"}) {
		t.Error(certain, undecided)
	}
}

// Of what was taken out only the place is shown: the crate's record says what it was, and the answer is not complete.
func TestChildShownAsPlace(t *testing.T) {
	traces := map[string][]Shown{}
	in(traces, "O", "remove", "8", "aggregation", "remove")
	traces["a"] = []Shown{{Place: traces["a"][0].Place}}
	question := Question{Asked: Asked{TraceID: "P", Direction: "up"}, NatureOf: func(string) string { return "instance" }}
	question.Limits.Identifiers, question.Limits.Events = 10, 10
	answer, _ := Of(question, traces)
	if len(answer.Identifiers) != 2 || answer.Complete {
		t.Error(answer.Identifiers, answer.Open)
	}
}
