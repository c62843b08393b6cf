// Package proof verifies trace proofs (docs/formats.md, Trace proof).
package proof

import (
	"crypto/sha256"
	"errors"

	"cotrace.example/verifier/internal/attest"
	"cotrace.example/verifier/internal/events"
	"cotrace.example/verifier/internal/fault"
	"cotrace.example/verifier/internal/lineage"
	"cotrace.example/verifier/internal/text"
	"cotrace.example/verifier/internal/traceid"
)

const (
	maxFile  = 256 << 20
	badProof = "BAD_PROOF"
)

type shownEvent struct {
	Index    uint32    `json:"index"`
	Hidden   *[]byte   `json:"hidden" may:"lack" least:"32" most:"32"`
	Place    *text.Hex `json:"place" may:"lack"`
	Row      *string   `json:"row" may:"lack"`
	Record   *uint32   `json:"record" may:"lack"`
	Envelope *uint32   `json:"envelope" may:"lack"`
}

type shownTree struct {
	MspID  string       `json:"mspId"`
	Events []shownEvent `json:"events" most:"100000"`
	Path   []byte       `json:"path"`
	open   []*place
	hidden int // how many others it has
}

type shownTrace struct {
	TraceID string       `json:"traceId"`
	Absent  *bool        `json:"absent" may:"lack"`
	Head    *[]byte      `json:"head" may:"lack"`
	Trees   *[]shownTree `json:"trees" may:"lack" most:"49"`
	nature  string
	head    []events.Tree
}

type format string

type question struct {
	lineage.Asked
	Rules float64 `json:"rules"`
}

type root struct {
	Sealed   bool `json:"sealed" may:"come later"`
	Attested struct {
		Block        uint64               `json:"block"`
		Attestations []attest.Attestation `json:"attestations" least:"1" most:"1000"`
	} `json:"attested"`
}

type state struct {
	Domain string  `json:"domain"`
	Key    string  `json:"key"`
	Value  *[]byte `json:"value"`
}

type file struct {
	Format      format              `json:"format"`
	Question    question            `json:"question"`
	Root        root                `json:"root"`
	Transitions []attest.Transition `json:"transitions" may:"lack" most:"64"`
	Tips        []attest.Tip        `json:"tips" may:"lack" most:"1000"`
	Nodes       [][]byte            `json:"nodes" most:"100000"`
	Records     []string            `json:"records" most:"100000"`
	Envelopes   [][]byte            `json:"envelopes" most:"100000"`
	Traces      []*shownTrace       `json:"traces" least:"1" most:"10000"`
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
	if _, err := traceid.NatureOf(q.TraceID); err != nil {
		return errors.New("not a canonical TraceID")
	}
	if q.Recorders != nil {
		last := ""
		for _, mspID := range *q.Recorders {
			if mspID <= last || len(mspID) > 255 {
				return errors.New("recorders are not sorted MSP ids")
			}
			last = mspID
		}
	}
	if q.Rules != 1 {
		return fault.New("RULES", "other rules")
	}
	return nil
}

// Check says which members an event may have beside each other.
func (e *shownEvent) Check() error {
	isOpen := e.Place != nil
	hasValue := e.Row != nil || e.Envelope != nil
	if isOpen == (e.Hidden != nil) || hasValue && !isOpen || e.Record != nil && !hasValue {
		return errors.New("not one of the forms of an event")
	}
	return nil
}

func (t *shownTrace) Check() (err error) {
	if t.nature, err = traceid.NatureOf(t.TraceID); err != nil {
		return errors.New("not a canonical TraceID")
	}
	if isAbsent := t.Absent != nil; isAbsent && !*t.Absent || isAbsent == (t.Head != nil) || isAbsent != (t.Trees == nil) {
		return errors.New("neither absent nor with head and trees")
	}
	return nil
}

func (t *shownTrace) trees() []shownTree {
	if t.Trees == nil {
		return nil
	}
	return *t.Trees
}

// Check is of bounds over several members.
func (f *file) Check() error {
	shown := 0
	for _, trace := range f.Traces {
		for _, tree := range trace.trees() {
			shown += len(tree.Events)
		}
	}
	for i, one := range f.Transitions {
		if i > 0 && one.Block <= f.Transitions[i-1].Block || one.Block >= f.Root.Attested.Block {
			return errors.New("transitions do not rise below the root")
		}
	}
	if shown > 100_000 {
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

// blocks are the transitions and, as the last, the root; of each at most one attestation of an organisation, and few
// certificates of one in all.
func (f *file) blocks() ([]attest.Transition, error) {
	blocks := append(f.Transitions, attest.Transition{
		Block: f.Root.Attested.Block, Attestations: f.Root.Attested.Attestations,
	})
	certificates := map[string]map[[32]byte]bool{}
	for _, block := range blocks {
		voted := map[string]bool{}
		for _, one := range block.Attestations {
			if certificates[one.MspID] == nil {
				certificates[one.MspID] = map[[32]byte]bool{}
			}
			certificates[one.MspID][sha256.Sum256(one.Certificate)] = true
			if voted[one.MspID] || len(certificates[one.MspID]) > 64 {
				return nil, fault.New(badProof, "two attestations of %q, or too many certificates", one.MspID)
			}
			voted[one.MspID] = true
		}
	}
	return blocks, nil
}
