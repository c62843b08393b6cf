package attest

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"errors"
	"slices"

	"cotrace.example/verifier/internal/events"
	"cotrace.example/verifier/internal/fault"
	"cotrace.example/verifier/internal/msp"
	"cotrace.example/verifier/internal/text"
	"cotrace.example/verifier/internal/wire"
)

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

func decodeBody(data []byte) (*body, error) {
	r := &wire.Reader{Rest: data}
	r.Tag("cotrace.attestation.v2\x00")
	b := &body{networkID: r.Hash()}
	if rules := r.Uint(2); rules != 1 && r.Code == "" {
		return nil, fault.New("RULES", "other rules")
	}
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
	return b, r.End(isValid && everywhere+most <= b.txTotal, "BAD_ATTESTATION")
}

// check says whether a peer of a trusted organisation signed a statement, and when its certificate had not expired.
func (t *Trust) check(s *Signed, statement []byte) error {
	member := t.members[s.MspID]
	if member == nil || len(s.Certificate) > 64<<10 || len(s.Signature) > 256 || len(s.MspID) > maxMspID {
		return errors.New("not of an organisation that is trusted, or too long")
	}
	peer, err := member.PeerOf(s.Certificate)
	if err != nil {
		return err
	}
	if expires := peer.NotAfter.Unix(); expires < 0 || s.UnixSeconds > uint64(expires) {
		return errors.New("the certificate had expired")
	}
	hash := sha256.Sum256(s.Certificate)
	return msp.CheckSignature(peer, wire.Bytes(statement, s.UnixSeconds, s.MspID, hash[:]), s.Signature)
}

// judge says whether an attestation counts, as one of its organisation for a block.
func (t *Trust) judge(a *Attestation, block uint64) (*body, error) {
	if len(a.Body) > maxBody {
		return nil, errors.New("too long")
	}
	b, err := decodeBody(a.Body)
	if err != nil {
		return nil, err
	}
	if !bytes.Equal(b.networkID, t.networkID) || b.block != block {
		return nil, errors.New("of another network or block")
	}
	return b, t.check(&a.Signed, a.Body)
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

// asOf is what a quorum says: the q-th highest block and the q-th latest time; nil where there are fewer.
func (v *votes) asOf(quorum int) *AsOf {
	if len(v.by) < quorum {
		return nil
	}
	slices.SortFunc(v.by, text.Compare)
	slices.Sort(v.blocks)
	slices.Sort(v.times)
	at := len(v.by) - quorum
	return &AsOf{v.blocks[at], v.times[at], v.by}
}

// count finds the body that a quorum of those trusted signed.
func (t *Trust) count(block uint64, attestations []Attestation) (*AsOf, *body, error) {
	groups, bodies := map[string]*votes{}, map[string]*body{}
	var otherRules, first error
	for i := range attestations {
		a := &attestations[i]
		b, err := t.judge(a, block)
		if err != nil {
			first = cmp.Or(first, err)
			if fault.CodeOf(err) == "RULES" {
				otherRules = err
			}
			continue
		}
		key := string(a.Body)
		if bodies[key] == nil {
			groups[key], bodies[key] = &votes{}, b
		}
		groups[key].add(&a.Signed, block)
	}
	for key, group := range groups {
		if asOf := group.asOf(t.quorum); asOf != nil {
			return asOf, bodies[key], nil
		}
	}
	return nil, nil, cmp.Or(otherRules, fault.New("NO_QUORUM", "block %d is not attested by %d: %v", block, t.quorum, first))
}

// Tip is a master's statement of how far the ledger has come.
type Tip struct {
	Block      uint64 `json:"block"`
	HeaderHash []byte `json:"headerHash" least:"32" most:"32"`
	TrieRoot   []byte `json:"trieRoot" least:"32" most:"32"`
	Signed
}

// JudgeTips gives what a quorum of tips says; nil without tips.
func (t *Trust) JudgeTips(tips []Tip) (*AsOf, error) {
	if len(tips) == 0 {
		return nil, nil
	}
	said, group := map[string]bool{}, &votes{}
	for _, tip := range tips {
		if said[tip.MspID] {
			return nil, fault.New("BAD_PROOF", "two tips of %q", tip.MspID)
		}
		said[tip.MspID] = true
		statement := wire.Bytes([]byte("cotrace.tip.v1\x00"), t.networkID, tip.Block, tip.HeaderHash, tip.TrieRoot)
		if t.check(&tip.Signed, statement) == nil {
			group.add(&tip.Signed, tip.Block)
		}
	}
	asOf := group.asOf(t.quorum)
	if asOf == nil {
		return nil, fault.New("NO_QUORUM", "%d tips count", len(group.by))
	}
	return asOf, nil
}
