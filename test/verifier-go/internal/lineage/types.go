// Package lineage computes what a product was made of and went into, from what a proof shows (docs/formats.md, Lineage).
// It is written from those sentences, not for speed: the cost is the square of the number of events.
package lineage

import "slices"

// Place of an event.
type Place struct {
	Domain       string `json:"domain"`
	TxID         string `json:"txId"`
	Organisation string `json:"organisation"`
}

// Said is what the row and the record of an event both say.
type Said struct {
	RecordID string `json:"recordId"`
	Event    string `json:"event"`
	Time     string `json:"time"`
	Wrong    bool   `json:"wrong"`
	Bond     string `json:"bond" may:"null"`
	Change   string `json:"change" may:"null"`
}

// Row of an identifier, or its mark.
type Row struct {
	Said
	Roles  []string `json:"roles"`
	Parent string   `json:"parent" may:"null"`
}

// Amount is a quantity; the unit of a bare number is null.
type Amount struct {
	Value string  `json:"value"`
	Unit  *string `json:"unit"`
}

// Entry is an identifier in a record.
type Entry struct {
	ID      string    `json:"id"`
	Role    string    `json:"role" among:"subject input output parent child lot process"`
	Lot     string    `json:"lot" may:"null"`
	Amounts *[]Amount `json:"amounts" least:"1" most:"1000"`
}

// Record of an event.
type Record struct {
	Said
	Step    *string `json:"step"`
	Entries []Entry `json:"traces"`
}

// Shown is an event of a trace as a proof shows it, or some of which nothing is shown.
type Shown struct {
	Kind         string  `json:"shown" among:"hidden place row record"`
	Organisation string  `json:"organisation" may:"lack"` // of hidden ones; empty where nobody knows
	Place        *Place  `json:"place" may:"lack"`
	Row          *Row    `json:"row" may:"lack"`
	Record       *Record `json:"record" may:"lack"`
	More         int     // further hidden ones
}

// Asked is a question as a proof has it.
type Asked struct {
	TraceID   string    `json:"traceId"`
	Direction string    `json:"direction" among:"none up down both"`
	Recorders *[]string `json:"recorders" least:"1"`
	Limits    struct {
		Identifiers int `json:"identifiers" least:"1" most:"10000"`
		Events      int `json:"events" least:"1" most:"100000"`
	} `json:"limits"`
}

// Question about a lineage.
type Question struct {
	Asked
	RootTime string                      `json:"rootTime" may:"null"`
	NatureOf func(traceID string) string // class, lot, instance
}

// MayCount says whether the word of an organisation counts, or may: of the empty one nobody knows who it is.
func (q *Question) MayCount(organisation string) bool {
	return organisation == "" || q.Recorders == nil || slices.Contains(*q.Recorders, organisation)
}

// Status is in which layer something is, and why.
type Status struct {
	Certain bool     `json:"certain"`
	Because []string `json:"because"`
}

// Identifier of a lineage.
type Identifier struct {
	TraceID string   `json:"traceId"`
	As      []string `json:"as"`
	Status
}

// Event of a lineage.
type Event struct {
	Place
	RecordID string `json:"recordId"`
	Time     string `json:"time"`
	Status
}

// Undecided is a part of a window.
type Undecided struct {
	From    *string  `json:"from"`
	To      *string  `json:"to"`
	Because []string `json:"because"`
}

// Window in which a child was in a container.
type Window struct {
	Child     string      `json:"child"`
	Bond      string      `json:"bond"`
	From      *string     `json:"from"`
	To        *string     `json:"to"`
	OpenedBy  []string    `json:"openedBy"`
	ClosedBy  []string    `json:"closedBy"`
	Undecided []Undecided `json:"undecided"`
}

// Container with the windows that were followed, and what else it was used for.
type Container struct {
	TraceID   string   `json:"traceId"`
	Windows   []Window `json:"windows"`
	OtherUses struct {
		Openings int `json:"openings"`
		Events   int `json:"events"`
	} `json:"otherUses"`
}

// LotOf is a lot of an item.
type LotOf struct {
	Item string `json:"item"`
	Lot  string `json:"lot"`
}

// Declaration that an event is wrong.
type Declaration struct {
	Place
	Declared string `json:"declared"`
	RecordID string `json:"recordId"`
}

// Unmatched is a declaration of an event that is not recorded.
type Unmatched struct {
	Place
	RecordID string `json:"recordId"`
}

// Foreign is an event that is not what it seems.
type Foreign struct {
	Place
	TraceID string `json:"traceId"`
}

// Repeated is an individual that was made or used more than once.
type Repeated struct {
	TraceID string `json:"traceId"`
	Made    int    `json:"made"`
	Used    int    `json:"used"`
}

// OpenEnd is a trace that is not shown as far as needed.
type OpenEnd struct {
	TraceID string `json:"traceId"`
	Missing string `json:"missing"`
	Events  int    `json:"events"`
}

// Cut is a branch that a limit left.
type Cut struct {
	TraceID      string  `json:"traceId"`
	Organisation *string `json:"organisation"`
}

// Answer is the lineage of an identifier.
type Answer struct {
	Identifiers   []Identifier  `json:"identifiers"`
	Events        []Event       `json:"events"`
	Containers    []Container   `json:"containers"`
	Lots          []LotOf       `json:"lots"`
	LeftOut       []Declaration `json:"leftOut"`
	Disputes      []Declaration `json:"disputes"`
	Unmatched     []Unmatched   `json:"unmatched"`
	Foreign       []Foreign     `json:"foreign"`
	Repeated      []Repeated    `json:"repeated"`
	WithoutOrigin []string      `json:"withoutOrigin"`
	Future        []string      `json:"future"`
	Open          []OpenEnd     `json:"open"`
	Cut           []Cut         `json:"cut"`
	Complete      bool          `json:"complete"`
}
