// Package proof verifies trace proofs (docs/formats.md, Trace proof).
package proof

import (
	"crypto/sha256"
	"math"

	"cotrace.example/verifier/internal/attest"
	"cotrace.example/verifier/internal/fault"
	"cotrace.example/verifier/internal/text"
	"cotrace.example/verifier/internal/traceid"
)

const (
	maxFile       = 256 << 20
	maxTraces     = 10_000
	maxEvents     = 100_000
	maxNodes      = 100_000
	maxStates     = 1000
	maxTips       = 1000
	maxTransition = 64
	maxTrees      = 49
	maxOwnCerts   = 64
	maxIndex      = 1<<32 - 1
	badProof      = "BAD_PROOF"
)

type shownEvent struct {
	index            uint32
	hidden, place    []byte
	row              *string
	record, envelope int // -1 where it is not shown
}

type shownTree struct {
	mspID  string
	events []shownEvent
	path   []byte
}

type shownTrace struct {
	traceID, nature string
	absent          bool
	head            []byte
	trees           []shownTree
}

type shownState struct {
	domain, key string
	value       []byte
	present     bool
}

type file struct {
	traceID, direction string
	recorders          []string
	hasRecorders       bool
	identifiers        int
	events             int
	block              uint64
	attestations       []attest.Attestation
	transitions        []attest.Transition
	tips               []attest.Tip
	nodes, envelopes   [][]byte
	records            []string
	traces             []shownTrace
	states             []shownState
	question           text.Object
	shown              int
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
	s := text.ShapeOf(value, badProof)
	f := &file{}
	if s.Text("format") != "cotrace.trace-proof.v1" {
		s.Refuse("another format")
	}
	steps := []func(*text.Shape) error{
		f.readQuestion, f.readRoot, f.readTransitions, f.readTips, f.readNodes, f.readTraces, f.readStates,
	}
	for _, step := range steps {
		if err := s.Refusal(); err != nil {
			return nil, err
		}
		if err := step(s); err != nil {
			return nil, err
		}
	}
	return f, s.Err()
}

func (f *file) readQuestion(s *text.Shape) error {
	q := text.ShapeOf(s.Any("question"), badProof)
	f.question, _ = s.Any("question").(text.Object)
	f.traceID = q.Text("traceId")
	f.direction = q.Text("direction")
	if _, err := traceid.NatureOf(f.traceID); err != nil {
		q.Refuse("traceId: %v", err)
	}
	if !map[string]bool{"none": true, "up": true, "down": true, "both": true}[f.direction] {
		q.Refuse("direction %q", f.direction)
	}
	if q.Any("recorders") != nil {
		f.hasRecorders = true
		for i, one := range q.List("recorders", math.MaxInt) {
			mspID, is := one.(string)
			if !is || mspID == "" || len(mspID) > 255 || i > 0 && mspID <= f.recorders[i-1] {
				q.Refuse("recorders are not sorted MSP ids")
			}
			f.recorders = append(f.recorders, mspID)
		}
		if len(f.recorders) == 0 {
			q.Refuse("no recorders")
		}
	}
	limits := text.ShapeOf(q.Any("limits"), badProof)
	f.identifiers, f.events = limits.Number("identifiers", 1, maxTraces), limits.Number("events", 1, maxEvents)
	if err := limits.Err(); err != nil {
		q.Refuse("%v", err)
	}
	rules, isNumber := q.Any("rules").(float64)
	if !isNumber {
		q.Refuse("rules")
	}
	if err := q.Err(); err != nil {
		return err
	}
	if rules != 1 {
		return fault.New("RULES", "other rules")
	}
	return nil
}

func (f *file) readRoot(s *text.Shape) error {
	root := text.ShapeOf(s.Any("root"), badProof)
	if root.Has("sealed") {
		return fault.New("NOT_SUPPORTED", "sealed roots are of a later release")
	}
	a := text.ShapeOf(root.Any("attested"), badProof)
	f.block, f.attestations = a.U64("block"), attest.ReadList(a, "attestations")
	if err := a.Err(); err != nil {
		return err
	}
	return root.Err()
}

// leftOut is a list that is not there where it would be empty.
func leftOut(s *text.Shape, name string, most int) []any {
	if !s.Has(name) {
		return nil
	}
	list := s.List(name, most)
	if len(list) == 0 {
		s.Refuse("%s is empty", name)
	}
	return list
}

func (f *file) readTransitions(s *text.Shape) error {
	for _, item := range leftOut(s, "transitions", maxTransition) {
		t := text.ShapeOf(item, badProof)
		one := attest.Transition{Block: t.U64("block"), Attestations: attest.ReadList(t, "attestations"), Envelope: t.Bytes("envelope", 100<<20)}
		if err := t.Err(); err != nil {
			return err
		}
		last := len(f.transitions) - 1
		if last >= 0 && one.Block <= f.transitions[last].Block || one.Block >= f.block {
			return fault.New(badProof, "transitions do not rise below the root")
		}
		f.transitions = append(f.transitions, one)
	}
	return nil
}

func (f *file) readTips(s *text.Shape) error {
	for _, item := range leftOut(s, "tips", maxTips) {
		t := text.ShapeOf(item, badProof)
		f.tips = append(f.tips, attest.Tip{
			Block: t.U64("block"), HeaderHash: t.Hash("headerHash"), TrieRoot: t.Hash("trieRoot"), UnixSeconds: t.U64("unixSeconds"),
			MspID: t.Text("mspId"), Certificate: t.Bytes("certificate", maxFile), Signature: t.Bytes("signature", maxFile),
		})
		if err := t.Err(); err != nil {
			return err
		}
	}
	return nil
}

func (f *file) readNodes(s *text.Shape) error {
	read := func(name string, most int) [][]byte {
		var list [][]byte
		for _, item := range s.List(name, most) {
			written, is := item.(string)
			bytes, err := text.Base64(written, maxFile)
			if !is || err != nil {
				s.Refuse("%s: not base64url", name)
			}
			list = append(list, bytes)
		}
		return list
	}
	f.nodes = read("nodes", maxNodes)
	for _, item := range s.List("records", maxEvents) {
		record, is := item.(string)
		if !is {
			s.Refuse("a record is not text")
		}
		f.records = append(f.records, record)
	}
	f.envelopes = read("envelopes", maxEvents)
	return nil
}

func (f *file) readTraces(s *text.Shape) error {
	listed := s.List("traces", maxTraces)
	if len(listed) == 0 {
		s.Refuse("no traces")
	}
	for _, item := range listed {
		t := text.ShapeOf(item, badProof)
		trace := shownTrace{traceID: t.Text("traceId"), absent: t.Has("absent")}
		var err error
		if trace.nature, err = traceid.NatureOf(trace.traceID); err != nil {
			t.Refuse("traceId: %v", err)
		}
		if trace.absent {
			if is, _ := t.Any("absent").(bool); !is {
				t.Refuse("absent is not true")
			}
		} else {
			trace.head = t.Bytes("head", maxFile)
			for _, tree := range t.List("trees", maxTrees) {
				if err := f.readTree(&trace, tree); err != nil {
					t.Refuse("%v", err)
					break
				}
			}
		}
		if err := t.Err(); err != nil {
			return err
		}
		f.traces = append(f.traces, trace)
	}
	return nil
}

func (f *file) readTree(trace *shownTrace, item any) error {
	t := text.ShapeOf(item, badProof)
	tree := shownTree{mspID: t.Text("mspId")}
	for _, listed := range t.List("events", maxEvents) {
		e := text.ShapeOf(listed, badProof)
		event := shownEvent{index: uint32(e.Number("index", 0, maxIndex)), record: -1, envelope: -1}
		if e.Has("hidden") {
			event.hidden = e.Hash("hidden")
		} else {
			event.place = e.Bytes("place", maxFile)
			if e.Has("row") {
				row := e.Text("row")
				event.row = &row
				if e.Has("record") {
					event.record = e.Number("record", 0, maxIndex)
				}
				if e.Has("envelope") {
					event.envelope = e.Number("envelope", 0, maxIndex)
				}
			}
		}
		if err := e.Err(); err != nil {
			return err
		}
		tree.events = append(tree.events, event)
		if f.shown++; f.shown > maxEvents {
			t.Refuse("too many events")
		}
	}
	tree.path = t.Bytes("path", maxFile)
	trace.trees = append(trace.trees, tree)
	return t.Err()
}

func (f *file) readStates(s *text.Shape) error {
	for _, item := range leftOut(s, "states", maxStates) {
		t := text.ShapeOf(item, badProof)
		state := shownState{domain: t.Text("domain"), key: t.Text("key")}
		if t.Any("value") != nil {
			state.present, state.value = true, t.Bytes("value", maxFile)
		}
		if err := t.Err(); err != nil {
			return err
		}
		f.states = append(f.states, state)
	}
	return nil
}

// checkVotes refuses more than one attestation of an organisation for a block, and many certificates of one.
func (f *file) checkVotes() error {
	blocks := [][]attest.Attestation{f.attestations}
	for i := range f.transitions {
		blocks = append(blocks, f.transitions[i].Attestations)
	}
	certificates := map[string]map[[32]byte]bool{}
	for _, attestations := range blocks {
		voted := map[string]bool{}
		for i := range attestations {
			mspID := attestations[i].MspID
			if voted[mspID] {
				return fault.New(badProof, "%q attests a block twice", mspID)
			}
			voted[mspID] = true
			if certificates[mspID] == nil {
				certificates[mspID] = map[[32]byte]bool{}
			}
			certificates[mspID][sha256.Sum256(attestations[i].Certificate())] = true
			if len(certificates[mspID]) > maxOwnCerts {
				return fault.New(badProof, "too many certificates of %q", mspID)
			}
		}
	}
	return nil
}
