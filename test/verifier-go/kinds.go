package main

import (
	"encoding/hex"

	"cotrace.example/verifier/internal/events"
	"cotrace.example/verifier/internal/lineage"
	"cotrace.example/verifier/internal/proof"
	"cotrace.example/verifier/internal/text"
	"cotrace.example/verifier/internal/traceid"
)

// kinds of questions, each with what answers it.
var kinds = map[string]func(text.Object) (any, error){
	"event-leaf": asked(eventLeaf), "growth": asked(growth),
	"lineage": asked(lineageOf), "shown-tree": asked(shownTree), "trace-id": asked(traceID), "trace-proof": asked(traceProof),
}

// asked reads a question of a kind before it is answered.
func asked[Q any](answer func(Q) (any, error)) func(text.Object) (any, error) {
	return func(object text.Object) (any, error) {
		var question Q
		if err := text.Read(object, &question, "BAD_QUESTION"); err != nil {
			return nil, err
		}
		return answer(question)
	}
}

type textQuestion struct {
	Text string `json:"text"`
}

func traceID(q textQuestion) (any, error) {
	traceID, nature, err := traceid.Identify(q.Text)
	return text.Object{"traceId": traceID, "nature": nature}, err
}

type leafQuestion struct {
	Leaf []byte `json:"leaf"`
}

func eventLeaf(q leafQuestion) (any, error) {
	leaf, err := events.DecodeLeaf(q.Leaf)
	return text.With(*leaf, text.Object{"hash": hex.EncodeToString(leaf.Hash)}), err
}

type treeQuestion struct {
	TraceID string `json:"traceId"`
	Head    []byte `json:"head"`
	proof.Tree
}

// shownTree checks events of one tree; the answer is how many are open.
func shownTree(q treeQuestion) (any, error) {
	head, err := events.DecodeHead(q.Head)
	if err != nil {
		return nil, err
	}
	open, err := q.Open(head, q.TraceID)
	return text.Object{"open": len(open)}, err
}

type growthQuestion struct {
	Older []byte `json:"older"`
	Newer []byte `json:"newer"`
	Proof []byte `json:"proof"`
}

func growth(q growthQuestion) (any, error) {
	older, err := events.DecodeHead(q.Older)
	if err != nil {
		return nil, err
	}
	newer, err := events.DecodeHead(q.Newer)
	if err != nil {
		return nil, err
	}
	return text.Object{"grew": true}, events.CheckGrowth(older, newer, q.Proof)
}

type lineageQuestion struct {
	Question lineage.Question           `json:"question"`
	Natures  map[string]string          `json:"natures"`
	Traces   map[string][]lineage.Shown `json:"traces"`
}

func lineageOf(q lineageQuestion) (any, error) {
	q.Question.NatureOf = func(id string) string { return q.Natures[id] }
	answer, needs := lineage.Of(q.Question, q.Traces)
	return text.Object{"answer": answer, "needs": needs}, nil
}

type proofQuestion struct {
	Proof string `json:"proof"`
	Trust string `json:"trust"`
}

func traceProof(q proofQuestion) (any, error) { return proof.Verify(q.Proof, q.Trust) }
