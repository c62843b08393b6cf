package attest

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"

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
func (t *Trust) Follow(blocks []Transition) *Root {
	asOf, stated := t.count(blocks[0].Block, blocks[0].Attestations)
	if len(blocks) == 1 {
		return &Root{asOf, stated.trieRoot, t}
	}
	next := t.after(blocks[0].Envelope, stated)
	isNeeded := fault.Catch(func() { t.count(blocks[1].Block, blocks[1].Attestations) }) != nil
	fault.Unless(isNeeded, "NOT_ASKED", "the transition at block %d is not needed", stated.block)
	return next.Follow(blocks[1:])
}

// after is who is trusted after a configuration block.
func (t *Trust) after(envelope []byte, stated *body) *Trust {
	fault.Unless(stated.txTotal == 1, badProof, "a block of more than its configuration")
	p := wire.Proto{Code: badProof}
	header := p.Header(envelope)
	txID, err := hex.DecodeString(header.TxID)
	if err != nil || len(txID) != 32 || hex.EncodeToString(txID) != header.TxID {
		txID = make([]byte, 32)
	}
	hash := sha256.Sum256(envelope)
	leaf := sha256.Sum256(wire.Bytes([]byte("\x00t"), uint32(0), []byte{0}, txID, hash[:]))
	fault.Unless(bytes.Equal(leaf[:], stated.txRoot), "ROOT_MISMATCH", "not the transaction of the block")
	fault.Unless(header.Channel == t.Network.MainName, "WRONG_CHANNEL", "of channel %q", header.Channel)
	fault.Unless(header.Kind == 1, badProof, "not a configuration")
	// The organisations are those of the group Application.
	application := p.Message(p.Entries(p.Message(header.Data, 1, 2), 2)["Application"])
	next := *t
	next.members = map[string]*msp.MSP{}
	for _, group := range p.Entries(application, 2) {
		member := msp.New(p.Message(p.Entries(p.Message(group), 3)["MSP"], 2).Last(2), badProof)
		fault.Unless(next.members[member.ID] == nil, badProof, "organisation %q twice", member.ID)
		next.members[member.ID] = member
	}
	// The n of the one NOutOf of the policy, where there is one.
	rule := p.Message(p.Entries(application, 4)["CotraceQuorum"], 2, 2, 2, 2)
	next.quorum = quorumOf(len(next.members), int(min(rule.Int(1), 1000)))
	return &next
}
