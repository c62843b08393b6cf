// Package attest judges what organisations signed: attestations, tips, and the transitions that they lead through.
package attest

import (
	"bytes"
	"encoding/hex"
	"slices"

	"cotrace.example/verifier/internal/events"
	"cotrace.example/verifier/internal/fault"
	"cotrace.example/verifier/internal/msp"
	"cotrace.example/verifier/internal/text"
	"cotrace.example/verifier/internal/wire"
)

const (
	maxTrust   = 16 << 20
	maxBody    = 8_913_272
	maxMspID   = 255
	badTrust   = "BAD_TRUST"
	badProof   = "BAD_PROOF"
	otherRules = "RULES"
	stale      = "STALE"
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
		Height       uint32   `json:"checkingHeight" least:"2" most:"100000"`
	} `json:"network"`
	Sequence      uint64 `json:"sequence"`
	Quorum        int    `json:"quorum" least:"2" most:"1000"`
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
	t.networkID = wire.Hash(tag, n.MainName, []byte(n.MainHash), n.CheckingName, []byte(n.CheckingHash), n.Height)
	return t
}

// quorumOf n organisations, where a number is wanted: a majority, two, or more.
func quorumOf(n, wanted int) int { return min(max(2, n/2+1, wanted), max(n, 2)) }

// CheckFresh refuses a block that is not above the checkpoint.
func (t *Trust) CheckFresh(block uint64) {
	// The product may be beyond 64 bits: compare by division.
	isAbove := t.Checkpoint == nil || block > 0 && (block-1)/uint64(t.Network.Height) >= t.Checkpoint.Cycle
	fault.Unless(isAbove, stale, "block %d is not above the checkpoint", block)
}

// Attested is a block of which organisations made statements.
type Attested struct {
	Block        uint64        `json:"block"`
	Attestations []Attestation `json:"attestations" least:"1" most:"1000"`
}

// Transition is a configuration block that leads to other organisations.
type Transition struct {
	Attested
	Envelope []byte `json:"envelope" most:"104857600"`
}

// Follow goes along transitions, each of which must be needed, to the root: the last of `blocks`, without an envelope. It
// gives what is said of the root, the root of the trie, and who is trusted then.
func (t *Trust) Follow(blocks []Transition) (asOf *AsOf, trie []byte, trusted *Trust) {
	asOf, stated := t.count(&blocks[0].Attested)
	if len(blocks) == 1 {
		return asOf, stated.trieRoot, t
	}
	next := t.after(blocks[0].Envelope, stated)
	isNeeded := fault.Catch(func() { t.count(&blocks[1].Attested) }) != nil
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
	leaf := wire.Hash([]byte("\x00t"), uint32(0), []byte{0}, txID, wire.Hash(envelope))
	fault.Unless(bytes.Equal(leaf, stated.txRoot), "ROOT_MISMATCH", "not the transaction of the block")
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
	next.Sequence = p.Message(header.Data, 1).Int(1)
	fault.Unless(next.Sequence > t.Sequence, stale, "a configuration of before")
	return &next
}

// Signed is who signed a statement, and when.
type Signed struct {
	UnixSeconds uint64 `json:"unixSeconds"`
	MspID       string `json:"mspId"`
	Certificate []byte `json:"certificate"`
	Signature   []byte `json:"signature"`
}

// Attestation as it comes in a proof.
type Attestation struct {
	Body []byte `json:"body"`
	Signed
}

// body of an attestation, what of it is needed here.
type body struct {
	networkID, txRoot, trieRoot []byte
	block, txTotal              uint64
}

func decodeBody(data []byte) *body {
	r, b := &wire.Reader{Rest: data}, &body{}
	r.Tag("cotrace.attestation.v2\x00")
	b.networkID = r.Bytes(32)
	fault.Unless(r.Uint(2) == 1, otherRules, "other rules")
	b.block = r.Uint(8)
	isFirst := bytes.Equal(r.Bytes(32), make([]byte, 32))
	r.Bytes(2 * 32)
	b.txRoot, b.txTotal = r.Bytes(32), r.Uint(4)
	isValid := isFirst == (b.block == 0)
	last, everywhere, most := "", uint64(0), uint64(0)
	for range r.Uint(2) {
		domain, amount := r.Text(128), r.Uint(4)
		isValid = isValid && (domain == "*" || events.IsDomain(domain)) && domain > last && amount > 0
		if last = domain; domain == "*" {
			everywhere = amount
		} else {
			most = max(most, amount)
		}
	}
	b.trieRoot = r.Bytes(32)
	r.End()
	fault.Unless(isValid && everywhere+most <= b.txTotal, "BAD_ATTESTATION", "not the body of an attestation")
	return b
}

// check refuses a statement that no peer of a trusted organisation signed, or with a certificate that had expired.
func (t *Trust) check(s *Signed, statement []byte) {
	isShort := len(s.Certificate) <= 64<<10 && len(s.Signature) <= 256 && len(s.MspID) <= maxMspID
	fault.Unless(isShort, "ATTESTATION_SIZE", "too long")
	member := t.members[s.MspID]
	fault.Unless(member != nil, "ATTESTATION_MEMBER", "%q is not trusted", s.MspID)
	peer := member.PeerOf(s.Certificate)
	expires := peer.NotAfter.Unix()
	fault.Unless(expires >= 0 && s.UnixSeconds <= uint64(expires), "ATTESTATION_EXPIRED", "the certificate had expired")
	msp.CheckSignature(peer, wire.Hash(statement, s.UnixSeconds, s.MspID, wire.Hash(s.Certificate)), s.Signature)
}

// judge reads an attestation that counts, as one of its organisation for a block.
func (t *Trust) judge(a *Attestation, block uint64) *body {
	fault.Unless(len(a.Body) <= maxBody, "ATTESTATION_SIZE", "too long")
	b := decodeBody(a.Body)
	fault.Unless(bytes.Equal(b.networkID, t.networkID), "ATTESTATION_NETWORK", "of another network")
	fault.Unless(b.block == block, "ATTESTATION_BLOCK", "of block %d", b.block)
	t.check(&a.Signed, a.Body)
	return b
}

// AsOf is up to when and by whom something is said.
type AsOf struct {
	Block       uint64   `json:"block"`
	UnixSeconds uint64   `json:"unixSeconds"`
	By          []string `json:"attestedBy"`
}

// agreed is what a quorum of single ones says: the q-th highest block and the q-th latest time; nil where there are fewer.
func (t *Trust) agreed(votes []AsOf) *AsOf {
	var by []string
	var blocks, times []uint64
	for _, one := range votes {
		by, blocks, times = append(by, one.By...), append(blocks, one.Block), append(times, one.UnixSeconds)
	}
	if len(by) < t.quorum {
		return nil
	}
	slices.SortFunc(by, text.Compare)
	slices.Sort(blocks)
	slices.Sort(times)
	at := len(by) - t.quorum
	return &AsOf{blocks[at], times[at], by}
}

// count finds the body that a quorum of those trusted signed.
func (t *Trust) count(block *Attested) (asOf *AsOf, stated *body) {
	votes, code, because := map[string][]AsOf{}, "NO_QUORUM", []string{}
	for _, a := range block.Attestations {
		var read *body
		refused := fault.Catch(func() { read = t.judge(&a, block.Block) })
		if refused == nil {
			key := string(a.Body)
			votes[key] = append(votes[key], AsOf{block.Block, a.UnixSeconds, []string{a.MspID}})
			if len(votes[key]) >= t.quorum {
				asOf, stated = t.agreed(votes[key]), read
			}
		} else if because = append(because, refused.Code); refused.Code == otherRules {
			code = otherRules
		}
	}
	fault.Unless(stated != nil, code, "block %d is not attested by %d; refused: %v", block.Block, t.quorum, because)
	return asOf, stated
}

// Tip is a master's statement of how far the ledger has come.
type Tip struct {
	Block      uint64 `json:"block"`
	HeaderHash []byte `json:"headerHash" least:"32" most:"32"`
	TrieRoot   []byte `json:"trieRoot" least:"32" most:"32"`
	Signed
}

// JudgeTips gives what a quorum of tips says of a block: that there is a later one, or that there is none. It is nil without
// tips, and where there is no quorum for either.
func (t *Trust) JudgeTips(tips []Tip, block uint64) *AsOf {
	said, votes := map[string]bool{}, map[bool][]AsOf{}
	for _, tip := range tips {
		fault.Unless(!said[tip.MspID], badProof, "two tips of %q", tip.MspID)
		said[tip.MspID] = true
		statement := wire.Bytes([]byte("cotrace.tip.v1\x00"), t.networkID, tip.Block, tip.HeaderHash, tip.TrieRoot)
		if fault.Catch(func() { t.check(&tip.Signed, statement) }) == nil {
			isLater := tip.Block > block
			votes[isLater] = append(votes[isLater], AsOf{tip.Block, tip.UnixSeconds, []string{tip.MspID}})
		}
	}
	count := len(votes[true]) + len(votes[false])
	fault.Unless(len(tips) == 0 || count >= t.quorum, "NO_QUORUM", "%d tips count", count)
	if later := t.agreed(votes[true]); later != nil {
		return later
	}
	return t.agreed(votes[false])
}
