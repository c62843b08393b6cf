package attest

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"slices"

	"cotrace.example/verifier/internal/events"
	"cotrace.example/verifier/internal/fault"
	"cotrace.example/verifier/internal/msp"
	"cotrace.example/verifier/internal/wire"
)

// Attestation as it comes in a proof.
type Attestation struct {
	Body        []byte `json:"body"`
	UnixSeconds uint64 `json:"unixSeconds"`
	MspID       string `json:"mspId"`
	Certificate []byte `json:"certificate"`
	Signature   []byte `json:"signature"`
}

// body of an attestation, what of it is needed here.
type body struct {
	txRoot, trieRoot []byte
	txTotal          uint32
	networkID        []byte
	block            uint64
}

func decodeBody(data []byte) (*body, error) {
	r := &wire.Reader{Rest: data}
	r.Tag("cotrace.attestation.v2\x00")
	b := &body{networkID: r.Hash()}
	if rules := r.U16(); rules != 1 && r.Code == "" {
		return nil, fault.New("RULES", "other rules")
	}
	b.block = r.U64()
	previous := r.Hash()
	r.Hash()
	r.Hash()
	b.txRoot, b.txTotal = r.Hash(), r.U32()
	if (b.block == 0) != bytes.Equal(previous, make([]byte, 32)) {
		r.Refuse()
	}
	last, everywhere, most := "", uint64(0), uint64(0)
	for range r.U16() {
		domain, amount := r.Text(128), r.U32()
		if domain != "*" && !events.IsDomain(domain) || domain <= last || amount == 0 {
			r.Refuse()
			break
		}
		if last = domain; domain == "*" {
			everywhere = uint64(amount)
		} else {
			most = max(most, uint64(amount))
		}
	}
	if everywhere+most > uint64(b.txTotal) {
		r.Refuse()
	}
	b.trieRoot = r.Hash()
	return b, r.End("BAD_ATTESTATION", "attestation")
}

// judge says whether an attestation counts, as one of its organisation for a block.
func (t *Trust) judge(a *Attestation, block uint64) (*body, error) {
	if len(a.Body) > 8_913_272 || len(a.Certificate) > 64<<10 || len(a.Signature) > 256 || len(a.MspID) > maxMspID {
		return nil, errors.New("too long")
	}
	b, err := decodeBody(a.Body)
	if err != nil {
		return nil, err
	}
	if !bytes.Equal(b.networkID, t.networkID[:]) || b.block != block {
		return nil, errors.New("of another network or block")
	}
	return b, t.checkSigned(a, a.Body)
}

// checkSigned checks that a peer of a trusted organisation signed a statement.
func (t *Trust) checkSigned(a *Attestation, statement []byte) error {
	member := t.members[a.MspID]
	if member == nil {
		return errors.New("not of an organisation that is trusted")
	}
	peer, err := member.PeerOf(a.Certificate)
	if err != nil {
		return err
	}
	expires := peer.NotAfter.Unix()
	if expires < 0 || a.UnixSeconds > uint64(expires) {
		return errors.New("the certificate had expired")
	}
	hash := sha256.Sum256(a.Certificate)
	data := lengthAnd(binary.BigEndian.AppendUint64(bytes.Clone(statement), a.UnixSeconds), a.MspID)
	return msp.CheckSignature(peer, append(data, hash[:]...), a.Signature)
}

// AsOf is up to when and by whom something is said.
type AsOf struct {
	Block       uint64   `json:"block"`
	UnixSeconds uint64   `json:"unixSeconds"`
	By          []string `json:"attestedBy"`
}

// statement is what a quorum said of a block.
type statement struct {
	AsOf
	*body
	times []uint64
}

// count finds the body that a quorum of those trusted signed.
func (t *Trust) count(block uint64, attestations []Attestation) (*statement, error) {
	groups := map[string]*statement{}
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
		group := groups[string(a.Body)]
		if group == nil {
			group = &statement{AsOf: AsOf{Block: block}, body: b}
			groups[string(a.Body)] = group
		}
		group.By, group.times = append(group.By, a.MspID), append(group.times, a.UnixSeconds)
	}
	for _, group := range groups {
		if len(group.By) >= t.quorum {
			slices.Sort(group.By)
			group.UnixSeconds = highest(group.times, t.quorum)
			return group, nil
		}
	}
	if otherRules != nil {
		return nil, otherRules
	}
	return nil, fault.New("NO_QUORUM", "block %d is not attested by %d: %v", block, t.quorum, first)
}

// highest is the q-th highest of numbers.
func highest(numbers []uint64, q int) uint64 {
	slices.Sort(numbers)
	return numbers[len(numbers)-q]
}

// Tip is a master's statement of how far the ledger has come.
type Tip struct {
	Block       uint64 `json:"block"`
	HeaderHash  []byte `json:"headerHash" least:"32" most:"32"`
	TrieRoot    []byte `json:"trieRoot" least:"32" most:"32"`
	UnixSeconds uint64 `json:"unixSeconds"`
	MspID       string `json:"mspId"`
	Certificate []byte `json:"certificate"`
	Signature   []byte `json:"signature"`
}

// JudgeTips gives what a quorum of tips says: the q-th highest block and the q-th latest time. It is nil without tips.
func (t *Trust) JudgeTips(tips []Tip) (*AsOf, error) {
	if len(tips) == 0 {
		return nil, nil
	}
	said := map[string]bool{}
	var by []string
	var blocks, times []uint64
	for _, tip := range tips {
		if said[tip.MspID] {
			return nil, fault.New("BAD_PROOF", "two tips of %q", tip.MspID)
		}
		said[tip.MspID] = true
		data := append([]byte("cotrace.tip.v1\x00"), t.networkID[:]...)
		data = binary.BigEndian.AppendUint64(data, tip.Block)
		data = slices.Concat(data, tip.HeaderHash, tip.TrieRoot)
		signed := &Attestation{data, tip.UnixSeconds, tip.MspID, tip.Certificate, tip.Signature}
		if t.checkSigned(signed, data) == nil {
			by, blocks, times = append(by, tip.MspID), append(blocks, tip.Block), append(times, tip.UnixSeconds)
		}
	}
	if len(by) < t.quorum {
		return nil, fault.New("NO_QUORUM", "%d tips count", len(by))
	}
	slices.Sort(by)
	return &AsOf{highest(blocks, t.quorum), highest(times, t.quorum), by}, nil
}
