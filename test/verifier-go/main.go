// The second verifier: written from docs/formats.md alone, so that two readings of that text can be compared. It reads
// questions from standard input, a JSON object with a `kind` on each line, and writes an answer for each, on a line of
// canonical JSON: `{"code": …}` where it refuses.
package main

import (
	"bufio"
	"fmt"
	"os"

	"cotrace.example/verifier/internal/fault"
	"cotrace.example/verifier/internal/text"
)

func main() {
	in := bufio.NewReaderSize(os.Stdin, 1<<20)
	out := bufio.NewWriter(os.Stdout)
	for {
		line, err := in.ReadString('\n')
		if line == "" && err != nil {
			break
		}
		if _, err := out.WriteString(answerTo(line) + "\n"); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		if in.Buffered() == 0 {
			if err := out.Flush(); err != nil {
				fmt.Fprintln(os.Stderr, err)
				os.Exit(1)
			}
		}
	}
	if err := out.Flush(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func answerTo(line string) string {
	answer, err := ask(line)
	written := ""
	if err == nil {
		written, err = text.Canonical(answer)
	}
	if err != nil {
		refusal := text.Object{"code": fault.CodeOf(err), "message": err.Error()}
		written, err = text.Canonical(refusal)
	}
	if err != nil {
		return `{"code":"INTERNAL"}`
	}
	return written
}

func ask(line string) (any, error) {
	question, err := text.Parse(line)
	if err != nil {
		return nil, err
	}
	shape := text.ShapeOf(question, "BAD_QUESTION")
	answer, known := kinds[shape.Text("kind")]
	if !known {
		return nil, fault.New("BAD_QUESTION", "unknown kind")
	}
	return answer(shape)
}
