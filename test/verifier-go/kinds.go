package main

import (
	"encoding/hex"

	"cotrace.example/verifier/internal/events"
	"cotrace.example/verifier/internal/fault"
	"cotrace.example/verifier/internal/lineage"
	"cotrace.example/verifier/internal/proof"
	"cotrace.example/verifier/internal/text"
	"cotrace.example/verifier/internal/traceid"
)

const badQuestion = "BAD_QUESTION"

// kinds of questions, each with what answers it.
var kinds = map[string]func(text.Object) any{
	"event-leaf": asked(eventLeaf), "growth": asked(growth),
	"lineage": asked(lineageOf), "shown-tree": asked(shownTree), "trace-id": asked(traceID), "trace-proof": asked(traceProof),
}

// asked reads a question of a kind before it is answered.
func asked[Q any](answer func(Q) any) func(text.Object) any {
	return func(object text.Object) any {
		var question Q
		text.Read(object, &question, badQuestion)
		return answer(question)
	}
}

type textQuestion struct {
	Text string `json:"text"`
}

func traceID(q textQuestion) any {
	traceID, nature := traceid.Identify(q.Text)
	fault.Unless(traceID != "", "BAD_TRACE_ID", "not an identifier")
	return text.Object{"traceId": traceID, "nature": nature}
}

type leafQuestion struct {
	Leaf []byte `json:"leaf"`
}

func eventLeaf(q leafQuestion) any {
	leaf := events.DecodeLeaf(q.Leaf)
	return text.With(*leaf, text.Object{"hash": hex.EncodeToString(leaf.Hash)})
}

type treeQuestion struct {
	TraceID string `json:"traceId"`
	Head    []byte `json:"head"`
	proof.Tree
}

// shownTree checks events of one tree; the answer is how many are open.
func shownTree(q treeQuestion) any {
	return text.Object{"open": len(q.Open(events.DecodeHead(q.Head), q.TraceID))}
}

type growthQuestion struct {
	Older []byte `json:"older"`
	Newer []byte `json:"newer"`
	Proof []byte `json:"proof"`
}

func growth(q growthQuestion) any {
	events.CheckGrowth(events.DecodeHead(q.Older), events.DecodeHead(q.Newer), q.Proof)
	return text.Object{"grew": true}
}

type lineageQuestion struct {
	Question lineage.Question           `json:"question"`
	Natures  map[string]string          `json:"natures"`
	Traces   map[string][]lineage.Shown `json:"traces"`
}

func lineageOf(q lineageQuestion) any {
	q.Question.NatureOf = func(id string) string { return q.Natures[id] }
	answer, needs := lineage.Of(q.Question, q.Traces)
	return text.Object{"answer": answer, "needs": needs}
}

type proofQuestion struct {
	Proof string `json:"proof"`
	Trust string `json:"trust"`
}

func traceProof(q proofQuestion) any { return proof.Verify(q.Proof, q.Trust) }
