// Answers what Go's encoding/pem, crypto/x509 and encoding/asn1 make of inputs, for the tests beside this file.
//
// Frames, in both directions, are a length of 32 bits, little-endian, and as many bytes. A question is a byte that names it
// and the payload; an answer is JSON.
package main

import (
	"bufio"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"os"
)

var questions = map[byte]func([]byte) any{
	'p': pemBlocks,
	'c': certificate,
	'v': chains,
	'l': revocationList,
}

func main() {
	in, out := bufio.NewReaderSize(os.Stdin, 1<<20), bufio.NewWriterSize(os.Stdout, 1<<20)
	for {
		// Answers wait in the buffer while more questions are there, and no longer.
		if in.Buffered() == 0 {
			if err := out.Flush(); err != nil {
				log.Fatal(err)
			}
		}
		question, err := readFrame(in)
		if err == io.EOF {
			return
		}
		if err != nil || len(question) == 0 {
			log.Fatalf("could not read a question: %v", err)
		}
		if err := answer(out, question[0], question[1:]); err != nil {
			log.Fatal(err)
		}
	}
}

func readFrame(in io.Reader) ([]byte, error) {
	var head [4]byte
	if _, err := io.ReadFull(in, head[:]); err != nil {
		return nil, err
	}
	frame := make([]byte, binary.LittleEndian.Uint32(head[:]))
	if _, err := io.ReadFull(in, frame); err != nil {
		return nil, fmt.Errorf("the input ends within a frame: %w", err)
	}
	return frame, nil
}

func answer(out io.Writer, kind byte, payload []byte) error {
	question, known := questions[kind]
	if !known {
		return fmt.Errorf("there is no question %q", kind)
	}
	bytes, err := json.Marshal(question(payload))
	if err != nil {
		return err
	}
	var head [4]byte
	binary.LittleEndian.PutUint32(head[:], uint32(len(bytes)))
	if _, err := out.Write(head[:]); err != nil {
		return err
	}
	_, err = out.Write(bytes)
	return err
}
