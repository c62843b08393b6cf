package proof

import (
	"errors"

	"cotrace.example/verifier/internal/attest"
	"cotrace.example/verifier/internal/events"
	"cotrace.example/verifier/internal/fault"
	"cotrace.example/verifier/internal/lineage"
	"cotrace.example/verifier/internal/text"
	"cotrace.example/verifier/internal/traceid"
)

const (
	maxFile         = 256 << 20
	maxEvents       = 100_000
	maxMspID        = 255
	maxCertificates = 64
	badProof        = "BAD_PROOF"
)

// event of a tree, as it is shown and as it was read.
type event struct {
	Index    uint32    `json:"index"`
	Hidden   *[]byte   `json:"hidden" may:"lack" least:"32" most:"32"`
	Place    *text.Hex `json:"place" may:"lack"`
	Row      *string   `json:"row" may:"lack"`
	Record   *uint32   `json:"record" may:"lack"`
	Envelope *uint32   `json:"envelope" may:"lack"`
	leaf     *events.Leaf
	row      *lineage.Row
	link     *link
	record   *recordText
	foreign  bool // its row or record is not of our form
	told     int  // its place among those of its trace that the lineage is told of
}

// Tree of events as it is shown.
type Tree struct {
	MspID  string  `json:"mspId"`
	Events []event `json:"events" most:"100000"`
	Path   []byte  `json:"path"`
}

type trace struct {
	TraceID string  `json:"traceId"`
	Absent  *bool   `json:"absent" may:"lack"`
	Head    *[]byte `json:"head" may:"lack"`
	Trees   *[]Tree `json:"trees" may:"lack" most:"49"`
	head    []events.Tree
	trees   []Tree
	open    []*event
}

type format string

type question struct {
	lineage.Asked
	Rules float64 `json:"rules"`
}

type state struct {
	Domain string  `json:"domain"`
	Key    string  `json:"key"`
	Value  *[]byte `json:"value"`
}

type file struct {
	Format   format   `json:"format"`
	Question question `json:"question"`
	Root     struct {
		Sealed   bool `json:"sealed" may:"come later"`
		Attested struct {
			Block        uint64               `json:"block"`
			Attestations []attest.Attestation `json:"attestations" least:"1" most:"1000"`
		} `json:"attested"`
	} `json:"root"`
	Transitions []attest.Transition `json:"transitions" may:"lack" most:"64"`
	Tips        []attest.Tip        `json:"tips" may:"lack" most:"1000"`
	Nodes       [][]byte            `json:"nodes" most:"100000"`
	Records     []string            `json:"records" most:"100000"`
	Envelopes   [][]byte            `json:"envelopes" most:"100000"`
	Traces      []trace             `json:"traces" least:"1" most:"10000"`
	States      []state             `json:"states" may:"lack" most:"1000"`
}

func (f *format) Check() error {
	switch *f {
	case "cotrace.trace-proof.v1":
		return nil
	case "cotrace.records-proof.v1":
		return fault.New("NOT_SUPPORTED", "a proof of records")
	}
	return errors.New("another format")
}

func (q *question) Check() error {
	last := ""
	for _, mspID := range optional(q.Recorders) {
		if mspID <= last || len(mspID) > maxMspID {
			return errors.New("recorders are not sorted MSP ids")
		}
		last = mspID
	}
	if _, err := traceid.NatureOf(q.TraceID); err != nil {
		return errors.New("not a canonical TraceID")
	}
	if q.Rules != 1 {
		return fault.New("RULES", "other rules")
	}
	return nil
}

// optional is a list that need not be there.
func optional[T any](list *[]T) []T {
	if list == nil {
		return nil
	}
	return *list
}

// Check says which members an event may have beside each other.
func (e *event) Check() error {
	hasValue := e.Row != nil || e.Envelope != nil
	if (e.Place == nil) == (e.Hidden == nil) || hasValue && e.Place == nil || e.Record != nil && !hasValue {
		return errors.New("not one of the forms of an event")
	}
	return nil
}

func (t *trace) Check() error {
	t.trees = optional(t.Trees)
	isAbsent := t.Absent != nil
	if _, err := traceid.NatureOf(t.TraceID); err != nil || isAbsent && !*t.Absent || isAbsent == (t.Head != nil) || isAbsent != (t.Trees == nil) {
		return errors.New("not a canonical TraceID, or neither absent nor with head and trees")
	}
	return nil
}

// Check is of bounds over several members.
func (f *file) Check() error {
	shown := 0
	for _, trace := range f.Traces {
		for _, tree := range trace.trees {
			shown += len(tree.Events)
		}
	}
	blocks := f.blocks()
	for i, one := range blocks[1:] {
		if one.Block <= blocks[i].Block {
			return errors.New("transitions do not rise below the root")
		}
	}
	if shown > maxEvents {
		return errors.New("too many events")
	}
	return nil
}

// readFile is step 1: shape and bounds, member after member.
func readFile(input string) (*file, error) {
	if len(input) > maxFile {
		return nil, fault.New("TOO_LONG", "the proof is too long")
	}
	value, err := text.Parse(input)
	if err != nil {
		return nil, err
	}
	f := &file{}
	return f, text.Read(value, f, badProof)
}

// blocks are the transitions and, as the last, the root.
func (f *file) blocks() []attest.Transition {
	root := f.Root.Attested
	return append(f.Transitions, attest.Transition{Block: root.Block, Attestations: root.Attestations})
}

// checkAttestations allows one of each organisation for a block, and few certificates of one in all.
func (f *file) checkAttestations() error {
	certificates := map[string]map[string]bool{}
	for _, block := range f.blocks() {
		voted := map[string]bool{}
		for _, one := range block.Attestations {
			if certificates[one.MspID] == nil {
				certificates[one.MspID] = map[string]bool{}
			}
			certificates[one.MspID][string(one.Certificate)] = true
			if voted[one.MspID] || len(certificates[one.MspID]) > maxCertificates {
				return fault.New(badProof, "two attestations of %q, or too many certificates", one.MspID)
			}
			voted[one.MspID] = true
		}
	}
	return nil
}
