// Package attest judges what organisations signed: attestations, tips, and the transitions that they lead through.
package attest

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"

	"cotrace.example/verifier/internal/fault"
	"cotrace.example/verifier/internal/msp"
	"cotrace.example/verifier/internal/text"
	"cotrace.example/verifier/internal/wire"
)

const (
	maxTrust = 16 << 20
	maxBody  = 8_913_272
	maxMspID = 255
	badTrust = "BAD_TRUST"
	badProof = "BAD_PROOF"
)

// Trust is whose statements count: by a trust file that was read, and after transitions.
type Trust struct {
	trustFile
	networkID []byte
	members   map[string]*msp.MSP
	quorum    int
}

type trustFile struct {
	Format  string `json:"format" among:"cotrace.trust.v2"`
	Network struct {
		MainName     string   `json:"mainName" least:"1" most:"249"`
		MainHash     text.Hex `json:"mainGenesisHeaderHash" least:"32" most:"32"`
		CheckingName string   `json:"checkingName" least:"1" most:"249"`
		CheckingHash text.Hex `json:"checkingGenesisHeaderHash" least:"32" most:"32"`
		Height       uint32   `json:"checkingHeight" least:"2"`
	} `json:"network"`
	Quorum        int `json:"quorum" least:"2" most:"1000"`
	Organisations []struct {
		MspID     string `json:"mspId" most:"255"`
		MspConfig []byte `json:"mspConfig" most:"4194304"`
	} `json:"organisations" most:"1000"`
	Checkpoint *struct {
		Cycle uint64   `json:"cycle"`
		Hash  text.Hex `json:"hash" least:"32" most:"32"`
	} `json:"checkpoint" may:"lack"`
}

// ReadTrust reads the text of a trust file.
func ReadTrust(input string) *Trust {
	fault.Unless(len(input) <= maxTrust, "TOO_LONG", "the trust file is too long")
	t := &Trust{members: map[string]*msp.MSP{}}
	text.Read(text.Parse(input), &t.trustFile, badTrust)
	last := ""
	for _, one := range t.Organisations {
		member := msp.New(one.MspConfig, badTrust)
		isInPlace := one.MspID > last && member.ID == one.MspID
		fault.Unless(isInPlace, badTrust, "organisation %q is another, or not in its place", one.MspID)
		t.members[one.MspID], last = member, one.MspID
	}
	t.quorum = quorumOf(len(t.members), t.Quorum)
	n, tag := &t.Network, []byte("cotrace.network.v1\x00")
	id := sha256.Sum256(wire.Bytes(tag, n.MainName, []byte(n.MainHash), n.CheckingName, []byte(n.CheckingHash), n.Height))
	t.networkID = id[:]
	return t
}

// quorumOf n organisations, where a number is wanted: a majority, two, or more.
func quorumOf(n, wanted int) int { return min(max(2, n/2+1, wanted), max(n, 2)) }

// CheckFresh refuses a block that is not above the checkpoint.
func (t *Trust) CheckFresh(block uint64) {
	// The product may be beyond 64 bits: compare by division.
	isAbove := t.Checkpoint == nil || block > 0 && (block-1)/uint64(t.Network.Height) >= t.Checkpoint.Cycle
	fault.Unless(isAbove, "STALE", "block %d is not above the checkpoint", block)
}

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
