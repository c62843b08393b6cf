// Answers what Go's protobuf library, with Fabric's own message types, makes of bytes: see protobuf.test.ts.
package main

import (
	"bufio"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"os"

	"google.golang.org/protobuf/proto"
)

// Frames, in both directions, are a length of 32 bits, little-endian, and as many bytes.
func main() {
	in, out := bufio.NewReaderSize(os.Stdin, 1<<20), bufio.NewWriterSize(os.Stdout, 1<<20)
	described, err := readFrame(in)
	if err != nil {
		log.Fatalf("could not read the descriptors: %v", err)
	}
	types, err := typesOf(described)
	if err != nil {
		log.Fatalf("could not use the descriptors: %v", err)
	}
	if err := answer(out, encodeTypes(types)); err != nil {
		log.Fatal(err)
	}
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
		if err != nil || len(question) < 2 {
			log.Fatalf("could not read a question: %v", err)
		}
		number := int(binary.LittleEndian.Uint16(question))
		if number >= len(types) {
			log.Fatalf("there is no type %d", number)
		}
		if err := answer(out, decoded(types[number], question[2:])); err != nil {
			log.Fatal(err)
		}
	}
}

// decoded is empty where Go refuses the bytes, otherwise a 1 and the message in canonical form.
func decoded(t messageType, bytes []byte) []byte {
	message := t.goType.New()
	if err := proto.Unmarshal(bytes, message.Interface()); err != nil {
		return nil
	}
	answer := append([]byte{'1'}, canonical(t.ours, message)...)
	if t.Name != "common.Envelope" {
		return answer
	}
	// Peers refuse blocks with envelopes that are not, encoded again, the bytes they were.
	again, err := proto.Marshal(message.Interface())
	if err != nil {
		log.Fatal(err)
	}
	return fmt.Appendf(answer, "=%x", again)
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

func answer(out io.Writer, bytes []byte) error {
	var head [4]byte
	binary.LittleEndian.PutUint32(head[:], uint32(len(bytes)))
	if _, err := out.Write(head[:]); err != nil {
		return err
	}
	_, err := out.Write(bytes)
	return err
}

func encodeTypes(types []messageType) []byte {
	bytes, err := json.Marshal(types)
	if err != nil {
		log.Fatal(err)
	}
	return bytes
}
