package main

import (
	"encoding/hex"
	"strconv"

	"cotrace.example/verifier/internal/events"
	"cotrace.example/verifier/internal/text"
)

const maxTestBytes = 1 << 20

func eventLeaf(question *text.Shape) (any, error) {
	data := question.Bytes("leaf", maxTestBytes)
	if err := question.Err(); err != nil {
		return nil, err
	}
	leaf, err := events.DecodeLeaf(data)
	if err != nil {
		return nil, err
	}
	return text.Object{
		"txId": hex.EncodeToString(leaf.TxID), "blockNum": strconv.FormatUint(leaf.Block, 10), "txNum": int(leaf.TxNum),
		"domain": leaf.Domain, "mspId": leaf.MspID, "envelopeHash": hex.EncodeToString(leaf.EnvelopeHash),
		"key": leaf.Key, "valueHash": hex.EncodeToString(leaf.ValueHash),
		"hash": hex.EncodeToString(events.LeafHash(data)),
	}, nil
}

// shownTree checks events of one tree; the answer is how many are open.
func shownTree(question *text.Shape) (any, error) {
	traceID, head := question.Text("traceId"), question.Bytes("head", maxTestBytes)
	mspID, path := question.Text("mspId"), question.Bytes("path", maxTestBytes)
	listed := question.List("events", 10_000)
	if err := question.Err(); err != nil {
		return nil, err
	}
	trees, err := events.DecodeHead(head)
	if err != nil {
		return nil, err
	}
	shown := make([]events.Shown, len(listed))
	open := 0
	for i, item := range listed {
		shape := text.ShapeOf(item, "BAD_QUESTION")
		event := events.Shown{Index: uint32(shape.Number("index", 0, 1<<32-1))}
		var leaf []byte
		if shape.Has("hidden") {
			event.Hash = shape.Hash("hidden")
		} else {
			leaf = shape.Bytes("place", maxTestBytes)
		}
		if err := shape.Err(); err != nil {
			return nil, err
		}
		if leaf != nil {
			if event.Leaf, err = events.DecodeLeaf(leaf); err != nil {
				return nil, err
			}
			event.Hash = events.LeafHash(leaf)
			open++
		}
		shown[i] = event
	}
	return text.Object{"open": open}, events.CheckTree(trees, mspID, traceID, shown, path)
}

func growth(question *text.Shape) (any, error) {
	heads := [][]byte{question.Bytes("older", maxTestBytes), question.Bytes("newer", maxTestBytes)}
	proof := question.Bytes("proof", maxTestBytes)
	if err := question.Err(); err != nil {
		return nil, err
	}
	var trees [2][]events.Tree
	for i, head := range heads {
		var err error
		if trees[i], err = events.DecodeHead(head); err != nil {
			return nil, err
		}
	}
	return text.Object{"grew": true}, events.CheckGrowth(trees[0], trees[1], proof)
}
