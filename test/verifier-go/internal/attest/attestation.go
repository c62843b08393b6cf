package attest

import (
	"bytes"
	"crypto/sha256"
	"slices"

	"cotrace.example/verifier/internal/events"
	"cotrace.example/verifier/internal/fault"
	"cotrace.example/verifier/internal/msp"
	"cotrace.example/verifier/internal/text"
	"cotrace.example/verifier/internal/wire"
)

// otherRules is the code of bodies of a later release.
const otherRules = "RULES"

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
	b.networkID = r.Hash()
	fault.Unless(r.Uint(2) == 1, otherRules, "other rules")
	b.block = r.Uint(8)
	isFirst := bytes.Equal(r.Hash(), make([]byte, 32))
	r.Bytes(2 * 32)
	b.txRoot, b.txTotal = r.Hash(), r.Uint(4)
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
	b.trieRoot = r.Hash()
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
	hash := sha256.Sum256(s.Certificate)
	msp.CheckSignature(peer, wire.Bytes(statement, s.UnixSeconds, s.MspID, hash[:]), s.Signature)
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

// votes are statements that count, each of another organisation.
type votes struct {
	by            []string
	blocks, times []uint64
}

func (v *votes) add(s *Signed, block uint64) {
	v.by, v.blocks, v.times = append(v.by, s.MspID), append(v.blocks, block), append(v.times, s.UnixSeconds)
}

// asOf is what a quorum says: the q-th highest block and the q-th latest time.
func (v *votes) asOf(quorum int) *AsOf {
	slices.SortFunc(v.by, text.Compare)
	slices.Sort(v.blocks)
	slices.Sort(v.times)
	at := len(v.by) - quorum
	return &AsOf{v.blocks[at], v.times[at], v.by}
}

// count finds the body that a quorum of those trusted signed.
func (t *Trust) count(block uint64, attestations []Attestation) (asOf *AsOf, stated *body) {
	groups, bodies := map[string]*votes{}, map[string]*body{}
	code, because := "NO_QUORUM", []string{}
	for _, a := range attestations {
		key := string(a.Body)
		if wrong := fault.Catch(func() { bodies[key] = t.judge(&a, block) }); wrong != nil {
			if because = append(because, wrong.Code); wrong.Code == otherRules {
				code = otherRules
			}
			continue
		}
		if groups[key] == nil {
			groups[key] = &votes{}
		}
		groups[key].add(&a.Signed, block)
	}
	for key, group := range groups {
		if len(group.by) >= t.quorum {
			asOf, stated = group.asOf(t.quorum), bodies[key]
		}
	}
	fault.Unless(stated != nil, code, "block %d is not attested by %d; refused: %v", block, t.quorum, because)
	return asOf, stated
}

// Tip is a master's statement of how far the ledger has come.
type Tip struct {
	Block      uint64 `json:"block"`
	HeaderHash []byte `json:"headerHash" least:"32" most:"32"`
	TrieRoot   []byte `json:"trieRoot" least:"32" most:"32"`
	Signed
}

// JudgeTips gives what a quorum of tips says; nil without tips.
func (t *Trust) JudgeTips(tips []Tip) *AsOf {
	said, group := map[string]bool{}, &votes{}
	for _, tip := range tips {
		fault.Unless(!said[tip.MspID], badProof, "two tips of %q", tip.MspID)
		said[tip.MspID] = true
		statement := wire.Bytes([]byte("cotrace.tip.v1\x00"), t.networkID, tip.Block, tip.HeaderHash, tip.TrieRoot)
		if fault.Catch(func() { t.check(&tip.Signed, statement) }) == nil {
			group.add(&tip.Signed, tip.Block)
		}
	}
	if len(tips) == 0 {
		return nil
	}
	fault.Unless(len(group.by) >= t.quorum, "NO_QUORUM", "%d tips count", len(group.by))
	return group.asOf(t.quorum)
}
