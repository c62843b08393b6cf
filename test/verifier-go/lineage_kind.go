package main

import (
	"cotrace.example/verifier/internal/lineage"
	"cotrace.example/verifier/internal/text"
)

func lineageOf(shape *text.Shape) (any, error) {
	question, traces, err := lineage.ReadQuestion(shape)
	if err != nil {
		return nil, err
	}
	return lineage.Of(question, traces).Object, nil
}
