// Package lineage computes what a product was made of and went into, from what a proof shows (docs/formats.md, Lineage).
// It states the rules of the text one by one, and is not made for speed.
package lineage

import (
	"slices"

	"cotrace.example/verifier/internal/text"
)

type (
	Place struct {
		Domain       string `json:"domain"`
		TxID         string `json:"txId"`
		Organisation string `json:"organisation"`
	}
	// Said is what the row and the record of an event both say.
	Said struct {
		RecordID string `json:"recordId"`
		Event    string `json:"event"`
		Time     string `json:"time"`
		Wrong    bool   `json:"wrong"`
		Bond     string `json:"bond" may:"null"`
		Change   string `json:"change" may:"null"`
	}
	Row struct {
		Said
		Roles  []string `json:"roles"`
		Parent string   `json:"parent" may:"null"`
	}
	// Amount is a quantity; the unit of a bare number is null.
	Amount struct {
		Value string  `json:"value"`
		Unit  *string `json:"unit"`
	}
	Entry struct {
		ID      string    `json:"id"`
		Role    string    `json:"role" among:"subject input output parent child lot process"`
		Lot     string    `json:"lot" may:"null"`
		Amounts *[]Amount `json:"amounts" least:"1" most:"1000"`
	}
	Record struct {
		Said
		Step    *string `json:"step"`
		Entries []Entry `json:"traces"`
	}
	// Shown is an event of a trace as a proof shows it, or some of which nothing is shown.
	Shown struct {
		Kind         string  `json:"shown" among:"hidden place row record"`
		Organisation string  `json:"organisation" may:"lack"` // of hidden ones; empty where nobody knows
		Place        *Place  `json:"place" may:"lack"`
		Row          *Row    `json:"row" may:"lack"`
		Record       *Record `json:"record" may:"lack"`
		More         int     // further hidden ones
	}
	Asked struct {
		TraceID   string    `json:"traceId"`
		Direction string    `json:"direction" among:"none up down both"`
		Recorders *[]string `json:"recorders" least:"1"`
		Limits    struct {
			Identifiers int `json:"identifiers" least:"1" most:"10000"`
			Events      int `json:"events" least:"1" most:"100000"`
		} `json:"limits"`
	}
	Question struct {
		Asked
		RootTime string                      `json:"rootTime" may:"null"`
		NatureOf func(traceID string) string // class, lot, instance
	}
)

// MayCount says whether the word of an organisation counts, or may: of the empty one nobody knows who it is.
func (q *Question) MayCount(organisation string) bool {
	return organisation == "" || q.Recorders == nil || slices.Contains(*q.Recorders, organisation)
}

type (
	// Status is in which layer something is, and why.
	Status struct {
		Certain bool     `json:"certain"`
		Because []string `json:"because"`
	}
	Identifier struct {
		TraceID string   `json:"traceId"`
		As      []string `json:"as"`
		Status
	}
	Event struct {
		Place
		RecordID string `json:"recordId"`
		Time     string `json:"time"`
		Status
	}
	Undecided struct {
		From    *string  `json:"from"`
		To      *string  `json:"to"`
		Because []string `json:"because"`
	}
	Declaration struct {
		Place
		Declared string `json:"declared"`
		RecordID string `json:"recordId"`
	}
	// Foreign is an event that is not what it seems.
	Foreign struct {
		Place
		TraceID string `json:"traceId"`
	}
	// Cut is a branch that a limit left.
	Cut struct {
		TraceID      string  `json:"traceId"`
		Organisation *string `json:"organisation"`
	}
	Answer struct {
		Identifiers   []Identifier  `json:"identifiers"`
		Events        []Event       `json:"events"`
		Containers    []text.Object `json:"containers"`
		Lots          []text.Object `json:"lots"`
		LeftOut       []Declaration `json:"leftOut"`
		Disputes      []Declaration `json:"disputes"`
		Foreign       []Foreign     `json:"foreign"`
		Repeated      []text.Object `json:"repeated"`
		WithoutOrigin []string      `json:"withoutOrigin"`
		Future        []string      `json:"future"`
		Open          []text.Object `json:"open"`
		Cut           []Cut         `json:"cut"`
		Complete      bool          `json:"complete"`
	}
)
