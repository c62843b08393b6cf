package main

import (
	"cotrace.example/verifier/internal/proof"
	"cotrace.example/verifier/internal/text"
)

func traceProof(question *text.Shape) (any, error) {
	written, trust := question.Text("proof"), question.Text("trust")
	if err := question.Err(); err != nil {
		return nil, err
	}
	return proof.Verify(written, trust)
}
