package attest

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"sort"

	"cotrace.example/verifier/internal/fault"
	"cotrace.example/verifier/internal/msp"
	"cotrace.example/verifier/internal/wire"
)

// Transition is a configuration block that leads to other organisations.
type Transition struct {
	Block        uint64
	Attestations []Attestation
	Envelope     []byte
}

// Follow gives who is trusted after transitions, each of which must be needed, and what then counts for the root.
func (t *Trust) Follow(transitions []Transition, block uint64, attestations []Attestation) (*Statement, *Trust, error) {
	trusted := t
	for i := range transitions {
		one := &transitions[i]
		statement, err := trusted.Count(one.Block, one.Attestations)
		if err != nil {
			return nil, nil, err
		}
		next, err := trusted.after(one, statement)
		if err != nil {
			return nil, nil, err
		}
		nextBlock, nextAttestations := block, attestations
		if i+1 < len(transitions) {
			nextBlock, nextAttestations = transitions[i+1].Block, transitions[i+1].Attestations
		}
		if _, err := trusted.Count(nextBlock, nextAttestations); err == nil {
			return nil, nil, fault.New("NOT_ASKED", "the transition at block %d is not needed", one.Block)
		}
		trusted = next
	}
	statement, err := trusted.Count(block, attestations)
	return statement, trusted, err
}

// after is who is trusted after a configuration block.
func (t *Trust) after(one *Transition, statement *Statement) (*Trust, error) {
	if statement.TxTotal != 1 {
		return nil, fault.New("BAD_PROOF", "a block of more than its configuration")
	}
	header, err := readHeader(one.Envelope)
	if err != nil {
		return nil, fault.New("BAD_PROOF", "not an envelope: %v", err)
	}
	envelopeHash := sha256.Sum256(one.Envelope)
	leaf := append([]byte{0, 't'}, 0, 0, 0, 0, 0)
	leaf = append(append(leaf, header.txID()...), envelopeHash[:]...)
	if root := sha256.Sum256(leaf); !bytes.Equal(root[:], statement.TxRoot) {
		return nil, fault.New("ROOT_MISMATCH", "not the transaction of the block")
	}
	if header.channel != t.MainName {
		return nil, fault.New("WRONG_CHANNEL", "of channel %q", header.channel)
	}
	if header.kind != 1 {
		return nil, fault.New("BAD_PROOF", "not a configuration")
	}
	next := *t
	if next.members, next.quorum, err = readConfiguration(header.data); err != nil {
		return nil, fault.New("BAD_PROOF", "not a configuration: %v", err)
	}
	return &next, nil
}

type envelopeHeader struct {
	kind            uint64
	channel, txText string
	data            []byte
}

// readHeader reads what of an envelope its leaf and channel need (common/common.proto of fabric-protos).
func readHeader(envelope []byte) (*envelopeHeader, error) {
	payload, err := wire.Within(envelope, 1)
	if err != nil {
		return nil, err
	}
	channel, err := wire.Within(payload.Last(1), 1)
	if err != nil {
		return nil, err
	}
	return &envelopeHeader{channel.Int(1), string(channel.Last(4)), string(channel.Last(5)), payload.Last(2)}, nil
}

func (h *envelopeHeader) txID() []byte {
	id, err := hex.DecodeString(h.txText)
	if err != nil || len(id) != 32 || hex.EncodeToString(id) != h.txText {
		return make([]byte, 32)
	}
	return id
}

// entries of a map field: of each key its value.
func entries(m *wire.Message, field uint64) (map[string][]byte, error) {
	found := map[string][]byte{}
	for _, listed := range m.Bytes[field] {
		entry, err := wire.ReadMessage(listed)
		if err != nil {
			return nil, err
		}
		found[string(entry.Last(1))] = entry.Last(2)
	}
	return found, nil
}

// readConfiguration gives the organisations of the group Application, and the quorum that its configuration wants.
func readConfiguration(data []byte) (map[string]*msp.MSP, int, error) {
	channel, err := wire.Within(data, 1, 2)
	if err != nil {
		return nil, 0, err
	}
	groups, err := entries(channel, 2)
	if err != nil {
		return nil, 0, err
	}
	application, err := wire.ReadMessage(groups["Application"])
	if err != nil {
		return nil, 0, err
	}
	organisations, err := entries(application, 2)
	if err != nil {
		return nil, 0, err
	}
	members := map[string]*msp.MSP{}
	for _, group := range organisations {
		member, err := readMember(group)
		if err != nil {
			return nil, 0, err
		}
		if members[member.ID] != nil {
			return nil, 0, fault.New("BAD_PROOF", "an organisation twice")
		}
		members[member.ID] = member
	}
	wanted, err := wantedQuorum(application)
	return members, quorumOf(len(members), wanted), err
}

func readMember(group []byte) (*msp.MSP, error) {
	m, err := wire.ReadMessage(group)
	if err != nil {
		return nil, err
	}
	values, err := entries(m, 3)
	if err != nil {
		return nil, err
	}
	value, err := wire.Within(values["MSP"], 2)
	if err != nil {
		return nil, err
	}
	return msp.New(value.Last(2))
}

// wantedQuorum is the n of the one NOutOf of the policy CotraceQuorum, where there is one.
func wantedQuorum(application *wire.Message) (int, error) {
	policies, err := entries(application, 4)
	if err != nil || policies["CotraceQuorum"] == nil {
		return 0, err
	}
	rule, err := wire.Within(policies["CotraceQuorum"], 2, 2, 2, 2)
	if err != nil {
		return 0, err
	}
	return int(min(rule.Int(1), maxOrganisations)), nil
}

// Tip is a master's statement of how far the ledger has come.
type Tip struct {
	Block                  uint64
	HeaderHash, TrieRoot   []byte
	UnixSeconds            uint64
	MspID                  string
	Certificate, Signature []byte
}

// JudgeTips gives what a quorum of tips says: the q-th highest block and the q-th latest time. It is nil without tips.
func (t *Trust) JudgeTips(tips []Tip) (*Statement, error) {
	if len(tips) == 0 {
		return nil, nil
	}
	said := map[string]bool{}
	var by []string
	var blocks, times []uint64
	for i := range tips {
		if said[tips[i].MspID] {
			return nil, fault.New("BAD_PROOF", "two tips of %q", tips[i].MspID)
		}
		said[tips[i].MspID] = true
	}
	for i := range tips {
		tip := &tips[i]
		statement := append([]byte("cotrace.tip.v1\x00"), t.NetworkID[:]...)
		statement = binary.BigEndian.AppendUint64(statement, tip.Block)
		statement = append(append(statement, tip.HeaderHash...), tip.TrieRoot...)
		if t.signed(tip.MspID, tip.Certificate, tip.Signature, tip.UnixSeconds, statement) == nil {
			by, blocks, times = append(by, tip.MspID), append(blocks, tip.Block), append(times, tip.UnixSeconds)
		}
	}
	if len(by) < t.quorum {
		return nil, fault.New("NO_QUORUM", "%d tips count", len(by))
	}
	sort.Strings(by)
	return &Statement{Body: Body{block: latest(blocks, t.quorum)}, UnixSeconds: latest(times, t.quorum), By: by}, nil
}

// Block of a statement.
func (s *Statement) Block() uint64 { return s.block }
