// Answers what Go's encoding/pem, crypto/x509 and encoding/asn1 make of inputs, for the tests beside this file.
//
// Input: requests of one byte (the question), four bytes (the length, big-endian) and the payload. Output: a line of JSON each.
package main

import (
	"bufio"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"os"
)

var questions = map[byte]func([]byte) any{
	'p': pemBlocks,
	'c': certificate,
	'v': chains,
	'l': revocationList,
}

func main() {
	if err := answerAll(bufio.NewReaderSize(os.Stdin, 1<<20), os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func answerAll(in io.Reader, out io.Writer) error {
	lines := bufio.NewWriterSize(out, 1<<20)
	header := make([]byte, 5)
	for {
		if _, err := io.ReadFull(in, header); err == io.EOF {
			return lines.Flush()
		} else if err != nil {
			return err
		}
		payload := make([]byte, binary.BigEndian.Uint32(header[1:]))
		if _, err := io.ReadFull(in, payload); err != nil {
			return err
		}
		answer, known := questions[header[0]]
		if !known {
			return fmt.Errorf("unknown question %q", header[0])
		}
		line, err := json.Marshal(answer(payload))
		if err != nil {
			return err
		}
		if _, err := lines.Write(append(line, '\n')); err != nil {
			return err
		}
	}
}
