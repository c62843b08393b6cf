// Command trace-tree is the Merkle tree of transparency-dev, which Certificate Transparency's logs use, as a subject of
// the benchmark of event trees:
//
//	trace-tree LEAVES OLDER ROUNDS FIRST:STEP…
//
// It appends the leaves of the file LEAVES (each with its length, 4 bytes, before it), proves that their tree extends that
// of the first OLDER, and shows pages of them: from FIRST on, each STEP-th. It answers with one line of JSON: the least
// milliseconds of ROUNDS, and bytes.
package main

import (
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"time"

	"github.com/transparency-dev/merkle/compact"
	"github.com/transparency-dev/merkle/proof"
	"github.com/transparency-dev/merkle/rfc6962"
)

type cost struct {
	MakeMs   float64 `json:"makeMs"`
	VerifyMs float64 `json:"verifyMs"`
	Bytes    int     `json:"bytes"`
}

type result struct {
	Root     string  `json:"root"`
	AppendMs float64 `json:"appendMs"`
	Growth   cost    `json:"growth"`
	Pages    []cost  `json:"pages"`
}

var (
	factory = &compact.RangeFactory{Hash: rfc6962.DefaultHasher.HashChildren}
	nodes   = map[compact.NodeID][]byte{}
)

func must(err error) {
	if err != nil {
		panic(err)
	}
}

func read(path string) [][]byte {
	file, err := os.ReadFile(path)
	must(err)
	var leaves [][]byte
	for len(file) > 0 {
		length := binary.BigEndian.Uint32(file)
		leaves = append(leaves, file[4:4+length])
		file = file[4+length:]
	}
	return leaves
}

func build(leaves [][]byte, visit compact.VisitFn) []byte {
	tree := factory.NewEmptyRange(0)
	for i, leaf := range leaves {
		hash := rfc6962.DefaultHasher.HashLeaf(leaf)
		if visit != nil {
			visit(compact.NewNodeID(0, uint64(i)), hash)
		}
		must(tree.Append(hash, visit))
	}
	root, err := tree.GetRootHash(nil)
	must(err)
	return root
}

func hashes(wanted proof.Nodes) [][]byte {
	found := make([][]byte, len(wanted.IDs))
	for i, id := range wanted.IDs {
		found[i] = nodes[id]
	}
	made, err := wanted.Rehash(found, rfc6962.DefaultHasher.HashChildren)
	must(err)
	return made
}

func least(rounds int, act func()) float64 {
	best := 0.0
	for round := 0; round < rounds; round++ {
		start := time.Now()
		act()
		if ms := float64(time.Since(start).Nanoseconds()) / 1e6; round == 0 || ms < best {
			best = ms
		}
	}
	return best
}

func page(leaves [][]byte, root []byte, rounds int, first, step int) cost {
	size := uint64(len(leaves))
	var proofs [][][]byte
	bytes := 0
	makeMs := least(rounds, func() {
		proofs, bytes = nil, 0
		for i := first; i < len(leaves); i += step {
			wanted, err := proof.Inclusion(uint64(i), size)
			must(err)
			made := hashes(wanted)
			proofs = append(proofs, made)
			bytes += 32 * len(made)
		}
	})
	verifyMs := least(rounds, func() {
		for at, made := range proofs {
			i := first + at*step
			hash := rfc6962.DefaultHasher.HashLeaf(leaves[i])
			must(proof.VerifyInclusion(rfc6962.DefaultHasher, uint64(i), size, hash, made, root))
		}
	})
	return cost{makeMs, verifyMs, bytes}
}

func main() {
	leaves := read(os.Args[1])
	older, err := strconv.Atoi(os.Args[2])
	must(err)
	rounds, err := strconv.Atoi(os.Args[3])
	must(err)
	size := uint64(len(leaves))
	appendMs := least(rounds, func() { build(leaves, nil) })
	root := build(leaves, func(id compact.NodeID, hash []byte) { nodes[id] = hash })
	before := build(leaves[:older], nil)
	var grown [][]byte
	growth := cost{}
	growth.MakeMs = least(rounds, func() {
		wanted, err := proof.Consistency(uint64(older), size)
		must(err)
		grown = hashes(wanted)
	})
	growth.VerifyMs = least(rounds, func() {
		must(proof.VerifyConsistency(rfc6962.DefaultHasher, uint64(older), size, grown, before, root))
	})
	growth.Bytes = 32 * len(grown)
	answer := result{Root: hex.EncodeToString(root), AppendMs: appendMs, Growth: growth}
	for _, text := range os.Args[4:] {
		var first, step int
		_, err := fmt.Sscanf(text, "%d:%d", &first, &step)
		must(err)
		answer.Pages = append(answer.Pages, page(leaves, root, rounds, first, step))
	}
	must(json.NewEncoder(os.Stdout).Encode(answer))
}
