// Command trie is go-ethereum's in-memory trie as a subject of the trie benchmark. It takes one command a line and
// answers with one line: "<milliseconds> <root>".
//
//	build N       a new trie of the keys 0…N-1, hashed
//	update B R    B keys of that trie get the values of round R, hashed
//	find          10,000 lookups in it
//	new           an empty trie
//	apply K=V,…   hexadecimal keys and values, none to remove; hashed
package main

import (
	"bufio"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"os"
	"runtime"
	"strings"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/rawdb"
	"github.com/ethereum/go-ethereum/trie"
	"github.com/ethereum/go-ethereum/triedb"
)

const lookups = 10000

var (
	keys    [][]byte
	current *trie.Trie
)

func key(i int) []byte {
	sum := sha256.Sum256(binary.BigEndian.AppendUint32(nil, uint32(i)))
	return sum[:]
}

func value(i, round int) []byte {
	text := binary.BigEndian.AppendUint32([]byte{'v'}, uint32(i))
	sum := sha256.Sum256(binary.BigEndian.AppendUint32(text, uint32(round)))
	return append(append(make([]byte, 0, 64), sum[:]...), sum[:]...)
}

func empty() *trie.Trie {
	return trie.NewEmpty(triedb.NewDatabase(rawdb.NewMemoryDatabase(), nil))
}

// update puts all values in, in one batch where go-ethereum may use several processors for it.
func update(t *trie.Trie, ks, vs [][]byte, parallel bool) {
	if parallel {
		if err := t.UpdateBatch(ks, vs); err != nil {
			panic(err)
		}
		return
	}
	for i := range ks {
		t.MustUpdate(ks[i], vs[i])
	}
}

func timed(act func()) time.Duration {
	start := time.Now()
	act()
	return time.Since(start)
}

func build(n int, parallel bool) (time.Duration, common.Hash) {
	values := make([][]byte, n)
	keys = make([][]byte, n)
	for i := range keys {
		keys[i], values[i] = key(i), value(i, 0)
	}
	current = nil
	runtime.GC()
	var root common.Hash
	spent := timed(func() {
		t := empty()
		update(t, keys, values, parallel)
		root = t.Hash()
		current = t
	})
	return spent, root
}

func updateSome(count, round int, parallel bool) (time.Duration, common.Hash) {
	ks, vs := make([][]byte, count), make([][]byte, count)
	for i := range ks {
		at := (i*7919 + round*104729) % len(keys)
		ks[i], vs[i] = keys[at], value(at, round)
	}
	var root common.Hash
	spent := timed(func() {
		update(current, ks, vs, parallel)
		root = current.Hash()
	})
	return spent, root
}

func find() time.Duration {
	return timed(func() {
		for i := 0; i < lookups; i++ {
			if v, err := current.Get(keys[(i*7919)%len(keys)]); err != nil || len(v) != 64 {
				panic("a key is missing")
			}
		}
	})
}

func apply(changes string) common.Hash {
	for _, change := range strings.Split(changes, ",") {
		k, v, _ := strings.Cut(change, "=")
		kb, _ := hex.DecodeString(k)
		vb, _ := hex.DecodeString(v)
		current.MustUpdate(kb, vb)
	}
	return current.Hash()
}

func main() {
	parallel := len(os.Args) > 1 && os.Args[1] == "parallel"
	in := bufio.NewScanner(os.Stdin)
	in.Buffer(nil, 1<<24)
	for in.Scan() {
		words := strings.Fields(in.Text())
		var n, round int
		if len(words) > 1 {
			fmt.Sscan(words[1], &n)
		}
		if len(words) > 2 {
			fmt.Sscan(words[2], &round)
		}
		var spent time.Duration
		var root common.Hash
		switch words[0] {
		case "build":
			spent, root = build(n, parallel)
		case "update":
			spent, root = updateSome(n, round, parallel)
		case "find":
			spent = find()
		case "new":
			current = empty()
		case "apply":
			root = apply(words[1])
		}
		fmt.Printf("%f %x\n", float64(spent.Nanoseconds())/1e6, root)
	}
}
