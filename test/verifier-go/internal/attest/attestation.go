package attest

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"sort"

	"cotrace.example/verifier/internal/events"
	"cotrace.example/verifier/internal/fault"
	"cotrace.example/verifier/internal/text"
	"cotrace.example/verifier/internal/wire"
)

const (
	maxBody        = 8_913_272
	maxCertificate = 64 << 10
	maxSignature   = 256
	maxAttesting   = 1000
	rules          = 1
)

// Attestation as it comes in a proof.
type Attestation struct {
	body, certificate, signature []byte
	unixSeconds                  uint64
	MspID                        string
}

// ReadList reads the attestations of a block.
func ReadList(s *text.Shape, name string) []Attestation {
	var list []Attestation
	for _, item := range s.List(name, maxAttesting) {
		a := text.ShapeOf(item, "BAD_PROOF")
		list = append(list, Attestation{
			body: a.Bytes("body", 256<<20), unixSeconds: a.U64("unixSeconds"), MspID: a.Text("mspId"),
			certificate: a.Bytes("certificate", 256<<20), signature: a.Bytes("signature", 256<<20),
		})
		if err := a.Err(); err != nil {
			s.Refuse("%v", err)
		}
	}
	if len(list) == 0 {
		s.Refuse("no attestations")
	}
	return list
}

// Certificate of the signer.
func (a *Attestation) Certificate() []byte { return a.certificate }

// Body of an attestation, what of it is needed here.
type Body struct {
	TxRoot, TrieRoot []byte
	TxTotal          uint32
	networkID        []byte
	block            uint64
}

func decodeBody(data []byte) (*Body, error) {
	r := wire.NewReader(data)
	r.Tag("cotrace.attestation.v2\x00")
	body := &Body{networkID: r.Hash()}
	if r.U16() != rules {
		if len(data) >= len("cotrace.attestation.v2\x00")+34 && bytes.HasPrefix(data, []byte("cotrace.attestation.v2\x00")) {
			return nil, fault.New("RULES", "other rules")
		}
		r.Refuse()
	}
	body.block = r.U64()
	previous := r.Hash()
	r.Hash()
	r.Hash()
	body.TxRoot, body.TxTotal = r.Hash(), r.U32()
	if (body.block == 0) != bytes.Equal(previous, make([]byte, 32)) {
		r.Refuse()
	}
	last, everywhere, most := "", uint64(0), uint64(0)
	for i := range r.U16() {
		domain, amount := r.Text(128), r.U32()
		if domain != "*" && !events.IsDomain(domain) || i > 0 && domain <= last || amount == 0 {
			r.Refuse()
			break
		}
		if last = domain; domain == "*" {
			everywhere = uint64(amount)
		} else {
			most = max(most, uint64(amount))
		}
	}
	if everywhere+most > uint64(body.TxTotal) {
		r.Refuse()
	}
	body.TrieRoot = r.Hash()
	return body, r.End("BAD_ATTESTATION", "attestation")
}

// judge says whether an attestation counts, as one of its organisation for a block.
func (t *Trust) judge(a *Attestation, block uint64) (*Body, error) {
	if len(a.body) > maxBody || len(a.certificate) > maxCertificate || len(a.signature) > maxSignature || len(a.MspID) > maxMspID {
		return nil, fault.New("ATTESTATION_SIZE", "too long")
	}
	body, err := decodeBody(a.body)
	if err != nil {
		return nil, err
	}
	if !bytes.Equal(body.networkID, t.NetworkID[:]) {
		return nil, fault.New("ATTESTATION_NETWORK", "of another network")
	}
	if body.block != block {
		return nil, fault.New("ATTESTATION_BLOCK", "of another block")
	}
	return body, t.signed(a.MspID, a.certificate, a.signature, a.unixSeconds, a.body)
}

// signed checks that a peer of a trusted organisation signed a statement.
func (t *Trust) signed(mspID string, certificate, signature []byte, unixSeconds uint64, statement []byte) error {
	member := t.members[mspID]
	if member == nil {
		return fault.New("ATTESTATION_MEMBER", "%q is not trusted", mspID)
	}
	identity, err := member.Judge(certificate)
	if err != nil {
		return err
	}
	if identity.Role != "peer" {
		return fault.New("ATTESTATION_ROLE", "signed by %q", identity.Role)
	}
	expires := identity.Certificate.NotAfter.Unix()
	if expires < 0 || unixSeconds > uint64(expires) {
		return fault.New("ATTESTATION_EXPIRED", "the certificate had expired")
	}
	return identity.Signed(signedBytes(statement, unixSeconds, mspID, certificate), signature)
}

func signedBytes(statement []byte, unixSeconds uint64, mspID string, certificate []byte) []byte {
	data := binary.BigEndian.AppendUint64(bytes.Clone(statement), unixSeconds)
	data = binary.BigEndian.AppendUint32(data, uint32(len(mspID)))
	hash := sha256.Sum256(certificate)
	return append(append(data, mspID...), hash[:]...)
}

// Statement is what a quorum said of a block, when, and who.
type Statement struct {
	Body
	UnixSeconds uint64
	By          []string
}

// Count finds the body that a quorum of those trusted signed.
func (t *Trust) Count(block uint64, attestations []Attestation) (*Statement, error) {
	groups := map[string]*Statement{}
	times := map[string][]uint64{}
	var otherRules, first error
	for i := range attestations {
		a := &attestations[i]
		body, err := t.judge(a, block)
		if fault.CodeOf(err) == "RULES" && err != nil {
			otherRules = err
		}
		if err != nil {
			if first == nil {
				first = err
			}
			continue
		}
		if groups[string(a.body)] == nil {
			groups[string(a.body)] = &Statement{Body: *body}
		}
		groups[string(a.body)].By = append(groups[string(a.body)].By, a.MspID)
		times[string(a.body)] = append(times[string(a.body)], a.unixSeconds)
	}
	for text, statement := range groups {
		if len(statement.By) >= t.quorum {
			sort.Strings(statement.By)
			statement.UnixSeconds = latest(times[text], t.quorum)
			return statement, nil
		}
	}
	if otherRules != nil {
		return nil, otherRules
	}
	return nil, fault.New("NO_QUORUM", "block %d is not attested by %d: %v", block, t.quorum, first)
}

// latest is the q-th highest of numbers.
func latest(numbers []uint64, q int) uint64 {
	sort.Slice(numbers, func(i, j int) bool { return numbers[i] > numbers[j] })
	return numbers[q-1]
}
