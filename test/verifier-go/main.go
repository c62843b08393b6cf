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
	if err := run(bufio.NewReaderSize(os.Stdin, 1<<20), bufio.NewWriter(os.Stdout)); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(in *bufio.Reader, out *bufio.Writer) error {
	for {
		line, ended := in.ReadString('\n')
		if line == "" && ended != nil {
			return out.Flush()
		}
		if _, err := out.WriteString(answerTo(line) + "\n"); err != nil {
			return err
		}
		if in.Buffered() == 0 {
			if err := out.Flush(); err != nil {
				return err
			}
		}
	}
}

func answerTo(line string) (written string) {
	refused := fault.Catch(func() {
		question, _ := text.Parse(line).(text.Object)
		kind, _ := question["kind"].(string)
		answer, isKnown := kinds[kind]
		fault.Unless(isKnown, badQuestion, "unknown kind %q", kind)
		delete(question, "kind")
		written = text.Canonical(answer(question))
	})
	if refused != nil {
		return text.Canonical(refused)
	}
	return written
}
