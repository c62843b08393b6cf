package events

import (
	"cotrace.example/verifier/internal/wire"
	"crypto/sha256"
	"regexp"
	"strings"
)

// Leaf is a trace event.
type Leaf struct {
	TxID         []byte
	Block        uint64
	TxNum        uint32
	Domain       string
	MspID        string
	EnvelopeHash []byte
	Key          string
	ValueHash    []byte
	// TraceID and, of a mark, RecordID are what the key says.
	TraceID  string
	RecordID string
}

const (
	maxDomain  = 128
	maxMspID   = 255
	maxTraceID = 512
	maxKey     = 582
)

// DecodeLeaf takes exactly what an encoder writes.
func DecodeLeaf(data []byte) (*Leaf, error) {
	r := wire.NewReader(data)
	r.Tag("e")
	leaf := &Leaf{TxID: r.Hash(), Block: r.U64(), TxNum: r.U32()}
	leaf.Domain, leaf.MspID = r.Text(maxDomain), r.Text(maxMspID)
	leaf.EnvelopeHash, leaf.Key, leaf.ValueHash = r.Hash(), r.Text(maxKey), r.Hash()
	var valid bool
	if leaf.TraceID, leaf.RecordID, valid = ReadKey(leaf.Key); !valid || !IsDomain(leaf.Domain) || leaf.MspID == "" {
		r.Refuse()
	}
	return leaf, r.End("BAD_EVENT_LEAF", "leaf of an event")
}

var (
	domainName = regexp.MustCompile(`^[a-zA-Z0-9]+([-_][a-zA-Z0-9]+)*$`)
	system     = map[string]bool{"cscc": true, "escc": true, "lscc": true, "qscc": true, "vscc": true}
)

// IsDomain says whether a namespace is a domain: a name that Fabric's lifecycle lets a chaincode have, and no system's.
func IsDomain(name string) bool {
	return len(name) <= maxDomain && domainName.MatchString(name) && !system[name]
}

var markEnd = regexp.MustCompile(` ([0-9a-f]{64})$`)

// ReadKey gives what the key of a row or mark names; recordID is empty for a row.
func ReadKey(key string) (traceID, recordID string, valid bool) {
	if row, is := strings.CutPrefix(key, "trace/"); is {
		return row, "", len(row) >= 1 && len(row) <= maxTraceID
	}
	mark, is := strings.CutPrefix(key, "mark/")
	end := markEnd.FindStringSubmatch(mark)
	if !is || end == nil {
		return "", "", false
	}
	traceID = mark[:len(mark)-65]
	return traceID, end[1], len(traceID) >= 1 && len(traceID) <= maxTraceID
}

// before is the order of trace events: block, transaction, domain and key by bytes.
func before(a, b *Leaf) bool {
	switch {
	case a.Block != b.Block:
		return a.Block < b.Block
	case a.TxNum != b.TxNum:
		return a.TxNum < b.TxNum
	case a.Domain != b.Domain:
		return a.Domain < b.Domain
	}
	return a.Key < b.Key
}

func hash(parts ...[]byte) []byte {
	h := sha256.New()
	for _, part := range parts {
		h.Write(part)
	}
	return h.Sum(nil)
}

// LeafHash is the hash of a leaf's data in a Merkle tree.
func LeafHash(data []byte) []byte { return hash([]byte{0}, data) }

func nodeHash(left, right []byte) []byte { return hash([]byte{1}, left, right) }
