// Package events has trace events, the heads of their trees, and what ties both (docs/formats.md, Trace events).
package events

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"math/bits"
	"regexp"
	"slices"

	"cotrace.example/verifier/internal/fault"
	"cotrace.example/verifier/internal/wire"
)

// Leaf is a trace event.
type Leaf struct {
	TxID         string `json:"txId"`
	Block        uint64 `json:"blockNum"`
	TxNum        uint32 `json:"txNum"`
	Domain       string `json:"domain"`
	MspID        string `json:"mspId"`
	EnvelopeHash string `json:"envelopeHash"`
	Key          string `json:"key"`
	ValueHash    string `json:"valueHash"`
	Hash         []byte
	// TraceID and, of a mark, RecordID are what the key says.
	TraceID, RecordID string
}

const (
	maxDomain = 128
	maxMspID  = 255
	maxKey    = 582
)

// DecodeLeaf takes exactly what an encoder writes.
func DecodeLeaf(data []byte) *Leaf {
	r := &wire.Reader{Rest: data}
	leaf := &Leaf{Hash: hash([]byte{0}, data)}
	r.Tag("e")
	leaf.TxID, leaf.Block, leaf.TxNum = hex.EncodeToString(r.Hash()), r.Uint(8), uint32(r.Uint(4))
	leaf.Domain, leaf.MspID, leaf.EnvelopeHash = r.Text(maxDomain), r.Text(maxMspID), hex.EncodeToString(r.Hash())
	leaf.Key, leaf.ValueHash = r.Text(maxKey), hex.EncodeToString(r.Hash())
	r.End()
	leaf.TraceID, leaf.RecordID = ReadKey(leaf.Key)
	isValid := leaf.TraceID != "" && IsDomain(leaf.Domain) && leaf.MspID != ""
	fault.Unless(isValid, "BAD_EVENT_LEAF", "not the leaf of an event")
	return leaf
}

var (
	domainName = regexp.MustCompile(`^[a-zA-Z0-9]+([-_][a-zA-Z0-9]+)*$`)
	system     = []string{"cscc", "escc", "lscc", "qscc", "vscc"}
	traceKey   = regexp.MustCompile(`(?s)^(?:trace/(.*)|mark/(.*) ([0-9a-f]{64}))$`)
)

// IsDomain says whether a namespace is a domain: a name that Fabric's lifecycle lets a chaincode have, and no system's.
func IsDomain(name string) bool {
	return len(name) <= maxDomain && domainName.MatchString(name) && !slices.Contains(system, name)
}

// ReadKey gives what the key of a row or mark names; recordID is empty for a row, traceID for any other key.
func ReadKey(key string) (traceID, recordID string) {
	found := traceKey.FindStringSubmatch(key)
	if found == nil || len(found[1]+found[2]) > 512 {
		return "", ""
	}
	return found[1] + found[2], found[3]
}

// Compare is the order of trace events: block, transaction, domain and key by bytes.
func Compare(a, b *Leaf) int {
	return cmp.Or(cmp.Compare(a.Block, b.Block), cmp.Compare(a.TxNum, b.TxNum),
		cmp.Compare(a.Domain, b.Domain), cmp.Compare(a.Key, b.Key))
}

func hash(parts ...[]byte) []byte {
	hash := sha256.Sum256(slices.Concat(parts...))
	return hash[:]
}

func nodeHash(left, right []byte) []byte { return hash([]byte{1}, left, right) }

// Tree is what a head says of one organisation's tree; an empty MspID is the shared one.
type Tree struct {
	MspID     string
	Count     uint32
	LastBlock uint64
	LastTx    uint32
	Peaks     [][]byte
}

const (
	ownTrees = 48
	notAHead = "BAD_TRACE_HEAD"
)

// DecodeHead takes exactly what an encoder writes.
func DecodeHead(data []byte) []Tree {
	r := &wire.Reader{Rest: data}
	count := r.Uint(2)
	isValid := count > 0 && count <= ownTrees+1
	fault.Unless(isValid, notAHead, "%d trees", count)
	trees := make([]Tree, count)
	for i := range trees {
		t := &trees[i]
		t.MspID, t.Count = r.Text(maxMspID), uint32(r.Uint(4))
		t.LastBlock, t.LastTx = r.Uint(8), uint32(r.Uint(4))
		for range bits.OnesCount32(t.Count) {
			t.Peaks = append(t.Peaks, r.Hash())
		}
		isValid = isValid && t.Count > 0 && (i == 0 || t.MspID > trees[i-1].MspID)
	}
	r.End()
	isShared := trees[0].MspID == ""
	fault.Unless(isValid && isShared == (count > ownTrees), notAHead, "trees that are empty, or not in their places")
	return trees
}

// root folds the peaks from the right.
func (t *Tree) root() []byte {
	root := t.Peaks[len(t.Peaks)-1]
	for _, peak := range slices.Backward(t.Peaks[:len(t.Peaks)-1]) {
		root = nodeHash(peak, root)
	}
	return root
}

// find gives an organisation's own tree; nil where it has none.
func find(head []Tree, mspID string) *Tree {
	at := slices.IndexFunc(head, func(t Tree) bool { return t.MspID == mspID })
	if at < 0 {
		return nil
	}
	return &head[at]
}
