// The second verifier: written from docs/formats.md alone, so that two readings of that text can be compared. It reads
// questions from standard input, a JSON object with a `kind` on each line, and writes an answer for each, on a line of
// canonical JSON: `{"code": …}` where it refuses.
package main

import (
	"bufio"
	"fmt"
	"os"

	"cotrace.example/verifier/internal/events"
	"cotrace.example/verifier/internal/fault"
	"cotrace.example/verifier/internal/lineage"
	"cotrace.example/verifier/internal/proof"
	"cotrace.example/verifier/internal/text"
	"cotrace.example/verifier/internal/traceid"
)

const maxLine = 1 << 30

func main() {
	in := bufio.NewScanner(os.Stdin)
	in.Buffer(nil, maxLine)
	for in.Scan() {
		if _, err := fmt.Println(answerTo(in.Text())); err != nil {
			panic(err)
		}
	}
	if err := in.Err(); err != nil {
		panic(err)
	}
}

func answerTo(line string) (answer string) {
	refused := fault.Catch(func() {
		question, _ := text.Parse(line).(text.Object)
		kind, _ := question["kind"].(string)
		ask, isKnown := kinds[kind]
		fault.Unless(isKnown, badQuestion, "unknown kind %q", kind)
		delete(question, "kind")
		answer = text.Canonical(ask(question))
	})
	if refused != nil {
		return text.Canonical(refused)
	}
	return answer
}

const badQuestion = "BAD_QUESTION"

// kinds of questions, each with what answers it.
var kinds = map[string]func(text.Object) any{
	"event-leaf": asked(func(q struct {
		Leaf []byte `json:"leaf"`
	}) any {
		return events.DecodeLeaf(q.Leaf)
	}),
	"growth": asked(func(q struct {
		Older []byte `json:"older"`
		Newer []byte `json:"newer"`
		Proof []byte `json:"proof"`
	}) any {
		events.CheckGrowth(events.DecodeHead(q.Older), events.DecodeHead(q.Newer), q.Proof)
		return text.Object{"grew": true}
	}),
	"lineage": asked(func(q struct {
		Question lineage.Question           `json:"question"`
		Natures  map[string]string          `json:"natures"`
		Traces   map[string][]lineage.Shown `json:"traces"`
	}) any {
		q.Question.NatureOf = func(id string) string { return q.Natures[id] }
		answer, needs := lineage.Of(q.Question, q.Traces)
		return text.Object{"answer": answer, "needs": needs}
	}),
	"shown-tree": asked(func(q struct {
		TraceID string `json:"traceId"`
		Head    []byte `json:"head"`
		proof.Tree
	}) any {
		return text.Object{"open": len(q.Open(events.DecodeHead(q.Head), q.TraceID))}
	}),
	"trace-id": asked(func(q struct {
		Text string `json:"text"`
	}) any {
		traceID, nature := traceid.Identify(q.Text)
		fault.Unless(traceID != "", "BAD_TRACE_ID", "not an identifier")
		return text.Object{"traceId": traceID, "nature": nature}
	}),
	"trace-proof": asked(func(q struct {
		Proof string `json:"proof"`
		Trust string `json:"trust"`
	}) any {
		return proof.Verify(q.Proof, q.Trust)
	}),
}

// asked reads a question of a kind before it is answered.
func asked[Q any](answer func(Q) any) func(text.Object) any {
	return func(object text.Object) any {
		var question Q
		text.Read(object, &question, badQuestion)
		return answer(question)
	}
}
