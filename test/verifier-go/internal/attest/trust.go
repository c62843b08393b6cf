// Package attest judges what organisations signed: attestations, tips, and the transitions that they lead through.
package attest

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"

	"cotrace.example/verifier/internal/fault"
	"cotrace.example/verifier/internal/msp"
	"cotrace.example/verifier/internal/text"
)

const (
	maxTrust = 16 << 20
	maxMspID = 255
)

// Trust is a trust file that was read: whose statements count.
type Trust struct {
	MainName  string
	networkID [32]byte
	members   map[string]*msp.MSP
	quorum    int
	file      *trustFile
}

type network struct {
	MainName     string   `json:"mainName"`
	MainHash     text.Hex `json:"mainGenesisHeaderHash" most:"32"`
	CheckingName string   `json:"checkingName"`
	CheckingHash text.Hex `json:"checkingGenesisHeaderHash" most:"32"`
	Height       uint32   `json:"checkingHeight" least:"2"`
}

type trustFile struct {
	Format        string  `json:"format" among:"cotrace.trust.v2"`
	Network       network `json:"network"`
	Quorum        int     `json:"quorum" least:"2" most:"1000"`
	Organisations []struct {
		MspID     string `json:"mspId"`
		MspConfig []byte `json:"mspConfig" most:"4194304"`
	} `json:"organisations" most:"1000"`
	Checkpoint *struct {
		Cycle uint64   `json:"cycle"`
		Hash  text.Hex `json:"hash" most:"32"`
	} `json:"checkpoint" may:"lack"`
}

// Check what the shape does not say.
func (n *network) Check() error {
	for _, name := range []string{n.MainName, n.CheckingName} {
		if name == "" || len(name) > 249 {
			return errors.New("not the name of a channel")
		}
	}
	if len(n.MainHash) != 32 || len(n.CheckingHash) != 32 {
		return errors.New("not the hashes of headers")
	}
	return nil
}

func (n *network) id() [32]byte {
	id := lengthAnd([]byte("cotrace.network.v1\x00"), n.MainName)
	id = lengthAnd(append(id, n.MainHash...), n.CheckingName)
	return sha256.Sum256(binary.BigEndian.AppendUint32(append(id, n.CheckingHash...), n.Height))
}

func lengthAnd(data []byte, text string) []byte {
	return append(binary.BigEndian.AppendUint32(data, uint32(len(text))), text...)
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
	file := &trustFile{}
	if err := text.Read(value, file, "BAD_TRUST"); err != nil {
		return nil, err
	}
	trust := &Trust{MainName: file.Network.MainName, networkID: file.Network.id(), members: map[string]*msp.MSP{}, file: file}
	last := ""
	for _, one := range file.Organisations {
		member, err := msp.New(one.MspConfig)
		if err != nil || one.MspID <= last || len(one.MspID) > maxMspID || member.ID != one.MspID {
			return nil, fault.New("BAD_TRUST", "organisation %q is not valid or in its place: %v", one.MspID, err)
		}
		trust.members[one.MspID], last = member, one.MspID
	}
	trust.quorum = quorumOf(len(trust.members), file.Quorum)
	if file.Checkpoint != nil && len(file.Checkpoint.Hash) != 32 {
		return nil, fault.New("BAD_TRUST", "checkpoint: not a hash")
	}
	return trust, nil
}

// quorumOf n organisations, where a number is wanted: a majority, two, or more.
func quorumOf(n, wanted int) int { return min(max(2, n/2+1, wanted), max(n, 2)) }

// CheckFresh refuses a block that is not above the checkpoint.
func (t *Trust) CheckFresh(block uint64) error {
	checkpoint := t.file.Checkpoint
	// The product may be beyond 64 bits: compare by division.
	if checkpoint != nil && (block == 0 || (block-1)/uint64(t.file.Network.Height) < checkpoint.Cycle) {
		return fault.New("STALE", "block %d is not above the checkpoint", block)
	}
	return nil
}
