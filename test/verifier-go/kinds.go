package main

import (
	"cotrace.example/verifier/internal/text"
	"cotrace.example/verifier/internal/traceid"
)

// kinds of questions, each with what answers it.
var kinds = map[string]func(*text.Shape) (any, error){
	"canonical-json": canonicalJSON,
	"event-leaf":     eventLeaf,
	"growth":         growth,
	"lineage":        lineageOf,
	"shown-tree":     shownTree,
	"trace-id":       traceID,
	"trace-proof":    traceProof,
}

func canonicalJSON(question *text.Shape) (any, error) {
	input := question.Text("text")
	if err := question.Err(); err != nil {
		return nil, err
	}
	value, err := text.Parse(input)
	if err != nil {
		return nil, err
	}
	canonical, err := text.Canonical(value)
	return text.Object{"text": canonical}, err
}

func traceID(question *text.Shape) (any, error) {
	input := question.Text("text")
	if err := question.Err(); err != nil {
		return nil, err
	}
	traceID, nature, err := traceid.Identify(input)
	return text.Object{"traceId": traceID, "nature": nature}, err
}
