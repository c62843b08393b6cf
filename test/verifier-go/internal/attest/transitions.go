package attest

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"

	"cotrace.example/verifier/internal/fault"
	"cotrace.example/verifier/internal/msp"
	"cotrace.example/verifier/internal/wire"
)

// Transition is a configuration block that leads to other organisations.
type Transition struct {
	Block        uint64        `json:"block"`
	Attestations []Attestation `json:"attestations" least:"1" most:"1000"`
	Envelope     []byte        `json:"envelope" most:"104857600"`
}

// Follow goes along transitions, each of which must be needed, to the root: what is known of it and the root of the trie,
// and who is trusted then. Of the last of `blocks`, which is the root's, there is no envelope.
func (t *Trust) Follow(blocks []Transition) (asOf AsOf, trieRoot []byte, trusted *Trust, err error) {
	for i, one := range blocks {
		counted, err := t.count(one.Block, one.Attestations)
		if err != nil {
			return AsOf{}, nil, nil, err
		}
		if i == len(blocks)-1 {
			return counted.AsOf, counted.trieRoot, t, nil
		}
		next, err := t.after(&one, counted)
		if err != nil {
			return AsOf{}, nil, nil, err
		}
		if _, err := t.count(blocks[i+1].Block, blocks[i+1].Attestations); err == nil {
			return AsOf{}, nil, nil, fault.New("NOT_ASKED", "the transition at block %d is not needed", one.Block)
		}
		t = next
	}
	return AsOf{}, nil, nil, fault.New("BAD_PROOF", "no root")
}

// after is who is trusted after a configuration block.
func (t *Trust) after(one *Transition, counted *statement) (*Trust, error) {
	if counted.txTotal != 1 {
		return nil, fault.New("BAD_PROOF", "a block of more than its configuration")
	}
	p := &wire.Proto{}
	header := p.Header(one.Envelope)
	if p.Err != nil {
		return nil, fault.New("BAD_PROOF", "not an envelope: %v", p.Err)
	}
	txID, err := hex.DecodeString(header.TxID)
	if err != nil || len(txID) != 32 || hex.EncodeToString(txID) != header.TxID {
		txID = make([]byte, 32)
	}
	hash := sha256.Sum256(one.Envelope)
	leaf := slices.Concat([]byte{0, 't', 0, 0, 0, 0, 0}, txID, hash[:])
	if root := sha256.Sum256(leaf); string(root[:]) != string(counted.txRoot) {
		return nil, fault.New("ROOT_MISMATCH", "not the transaction of the block")
	}
	if header.Channel != t.MainName {
		return nil, fault.New("WRONG_CHANNEL", "of channel %q", header.Channel)
	}
	next := *t
	if next.members, next.quorum, err = readConfiguration(header.Data); err != nil || header.Kind != 1 {
		return nil, fault.New("BAD_PROOF", "not a configuration: %v", err)
	}
	return &next, nil
}

// readConfiguration gives the organisations of the group Application, and the quorum that its configuration wants.
func readConfiguration(data []byte) (map[string]*msp.MSP, int, error) {
	p := &wire.Proto{}
	application := p.Message(p.Entries(p.Message(data, 1, 2), 2)["Application"])
	members := map[string]*msp.MSP{}
	for _, group := range p.Entries(application, 2) {
		values := p.Entries(p.Message(group), 3)
		member, err := msp.New(p.Message(values["MSP"], 2).Last(2))
		if err != nil || members[member.ID] != nil {
			return nil, 0, fmt.Errorf("an organisation that is not valid, or twice: %v", err)
		}
		members[member.ID] = member
	}
	// The n of the one NOutOf of the policy, where there is one.
	rule := p.Message(p.Entries(application, 4)["CotraceQuorum"], 2, 2, 2, 2)
	return members, quorumOf(len(members), int(min(rule.Int(1), 1000))), p.Err
}
