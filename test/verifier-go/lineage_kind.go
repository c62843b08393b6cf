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
	told := lineage.Of(question, traces)
	needs := text.Object{}
	for id, places := range told.Needs {
		listed := []any{}
		for _, at := range places {
			listed = append(listed, at)
		}
		needs[id] = listed
	}
	return text.Object{"answer": told.Object, "needs": needs}, nil
}
