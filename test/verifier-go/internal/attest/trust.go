// Package attest judges what organisations signed: attestations, tips, and the transitions that they lead through.
package attest

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"

	"cotrace.example/verifier/internal/fault"
	"cotrace.example/verifier/internal/msp"
	"cotrace.example/verifier/internal/text"
)

const (
	maxTrust         = 16 << 20
	maxMspConfig     = 4 << 20
	maxOrganisations = 1000
	maxMspID         = 255
	maxChannel       = 249
)

// Trust is a trust file that was read: whose statements count.
type Trust struct {
	NetworkID  [32]byte
	MainName   string
	c          uint64
	checkpoint *uint64 // its cycle
	quorum     int
	members    map[string]*msp.MSP
}

// ReadTrust reads the text of a trust file.
func ReadTrust(input string) (*Trust, error) {
	if len(input) > maxTrust {
		return nil, fault.New("TOO_LONG", "the trust file is too long")
	}
	value, err := text.Parse(input)
	if err != nil {
		return nil, err
	}
	s := text.ShapeOf(value, "BAD_TRUST")
	if s.Text("format") != "cotrace.trust.v2" {
		s.Refuse("another format")
	}
	trust := &Trust{members: map[string]*msp.MSP{}}
	trust.readNetwork(s)
	quorum := s.Number("quorum", 2, maxOrganisations)
	last := ""
	for i, item := range s.List("organisations", maxOrganisations) {
		o := text.ShapeOf(item, "BAD_TRUST")
		mspID, config := o.Text("mspId"), o.Bytes("mspConfig", maxMspConfig)
		if err := o.Err(); err != nil {
			return nil, err
		}
		member, err := msp.New(config)
		if err != nil || mspID == "" || len(mspID) > maxMspID || i > 0 && mspID <= last || member.ID != mspID {
			return nil, fault.New("BAD_TRUST", "organisation %q is not valid or in its place: %v", mspID, err)
		}
		trust.members[mspID], last = member, mspID
	}
	if s.Has("checkpoint") {
		c := text.ShapeOf(s.Any("checkpoint"), "BAD_TRUST")
		cycle := c.U64("cycle")
		hexHash(c, "hash")
		if err := c.Err(); err != nil {
			return nil, err
		}
		trust.checkpoint = &cycle
	}
	trust.quorum = quorumOf(len(trust.members), quorum)
	return trust, s.Err()
}

// quorumOf n organisations, where a number is wanted: a majority, two, or more.
func quorumOf(n, wanted int) int { return min(max(2, n/2+1, wanted), max(n, 2)) }

func hexHash(s *text.Shape, name string) []byte {
	written := s.Text(name)
	hash, err := hex.DecodeString(written)
	if err != nil || len(hash) != 32 || hex.EncodeToString(hash) != written {
		s.Refuse("%s is not 64 lower-case hexadecimal digits", name)
	}
	return hash
}

func (t *Trust) readNetwork(s *text.Shape) {
	n := text.ShapeOf(s.Any("network"), "BAD_TRUST")
	id := []byte("cotrace.network.v1\x00")
	for _, channel := range []string{"main", "checking"} {
		name := n.Text(channel + "Name")
		if name == "" || len(name) > maxChannel {
			n.Refuse("not the name of a channel")
		}
		id = binary.BigEndian.AppendUint32(id, uint32(len(name)))
		id = append(append(id, name...), hexHash(n, channel+"GenesisHeaderHash")...)
		if channel == "main" {
			t.MainName = name
		}
	}
	c := n.Number("checkingHeight", 2, 1<<32-1)
	t.c = uint64(c)
	t.NetworkID = sha256.Sum256(binary.BigEndian.AppendUint32(id, uint32(c)))
	if err := n.Err(); err != nil {
		s.Refuse("network: %v", err)
	}
}

// CheckFresh refuses a block that is not above the checkpoint.
func (t *Trust) CheckFresh(block uint64) error {
	if t.checkpoint == nil {
		return nil
	}
	// The product may be beyond 64 bits: compare by division.
	if block == 0 || (block-1)/t.c < *t.checkpoint {
		return fault.New("STALE", "not above the checkpoint")
	}
	return nil
}
