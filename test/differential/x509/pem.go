package main

import (
	"encoding/hex"
	"encoding/pem"
)

type pemAnswer struct {
	Label  string `json:"label"`
	Sha256 string `json:"sha256"`
	// Where the rest begins is what tells how much was taken.
	Rest int `json:"rest"`
}

// All blocks of a text, in order; labels in hexadecimal, since they need not be UTF-8.
func pemBlocks(text []byte) any {
	found := []pemAnswer{}
	for rest := text; ; {
		block, after := pem.Decode(rest)
		if block == nil {
			return found
		}
		rest = after
		found = append(found, pemAnswer{hex.EncodeToString([]byte(block.Type)), digest(block.Bytes), len(rest)})
	}
}
