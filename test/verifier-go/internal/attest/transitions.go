package attest

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"

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

// Root is what is known of the root of the trie, and who is trusted then.
type Root struct {
	*AsOf
	Trie    []byte
	Trusted *Trust
}

// Follow goes along transitions, each of which must be needed, to the root: the last of `blocks`, without an envelope.
func (t *Trust) Follow(blocks []Transition) (*Root, error) {
	asOf, stated, err := t.count(blocks[0].Block, blocks[0].Attestations)
	if err != nil {
		return nil, err
	}
	if len(blocks) == 1 {
		return &Root{asOf, stated.trieRoot, t}, nil
	}
	next, err := t.after(blocks[0].Envelope, stated)
	if err != nil {
		return nil, err
	}
	if _, _, err := t.count(blocks[1].Block, blocks[1].Attestations); err == nil {
		return nil, fault.New("NOT_ASKED", "the transition at block %d is not needed", stated.block)
	}
	return next.Follow(blocks[1:])
}

// after is who is trusted after a configuration block.
func (t *Trust) after(envelope []byte, stated *body) (*Trust, error) {
	if stated.txTotal != 1 {
		return nil, fault.New("BAD_PROOF", "a block of more than its configuration")
	}
	p := &wire.Proto{}
	header := p.Header(envelope)
	if p.Err != nil {
		return nil, fault.New("BAD_PROOF", "not an envelope: %v", p.Err)
	}
	txID, err := hex.DecodeString(header.TxID)
	if err != nil || len(txID) != 32 || hex.EncodeToString(txID) != header.TxID {
		txID = make([]byte, 32)
	}
	hash := sha256.Sum256(envelope)
	leaf := sha256.Sum256(wire.Bytes([]byte("\x00t"), uint32(0), []byte{0}, txID, hash[:]))
	if !bytes.Equal(leaf[:], stated.txRoot) {
		return nil, fault.New("ROOT_MISMATCH", "not the transaction of the block")
	}
	if header.Channel != t.Network.MainName {
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
