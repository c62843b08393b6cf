package main

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"sort"
	"strconv"

	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// canonical writes the fields of a message that `ours` describes, by number, and what nobody knows: canonical.ts does the same.
func canonical(ours protoreflect.MessageDescriptor, message protoreflect.Message) []byte {
	var out bytes.Buffer
	writeMessage(&out, ours, message)
	return out.Bytes()
}

func writeMessage(out *bytes.Buffer, ours protoreflect.MessageDescriptor, message protoreflect.Message) {
	out.WriteByte('{')
	for _, field := range byNumber(ours.Fields()) {
		theirs := message.Descriptor().Fields().ByNumber(field.Number())
		if theirs == nil || !message.Has(theirs) {
			continue
		}
		fmt.Fprintf(out, "%d:", field.Number())
		value := message.Get(theirs)
		switch {
		case field.IsMap():
			writeMap(out, field, value.Map())
		case field.IsList():
			out.WriteByte('[')
			for i := 0; i < value.List().Len(); i++ {
				writeValue(out, field, value.List().Get(i))
			}
			out.WriteByte(']')
		default:
			writeValue(out, field, value)
		}
	}
	writeUnknown(out, message)
	out.WriteByte('}')
}

func byNumber(fields protoreflect.FieldDescriptors) []protoreflect.FieldDescriptor {
	sorted := make([]protoreflect.FieldDescriptor, fields.Len())
	for i := range sorted {
		sorted[i] = fields.Get(i)
	}
	sort.Slice(sorted, func(i, j int) bool { return sorted[i].Number() < sorted[j].Number() })
	return sorted
}

func writeMap(out *bytes.Buffer, field protoreflect.FieldDescriptor, entries protoreflect.Map) {
	keys := []protoreflect.MapKey{}
	entries.Range(func(key protoreflect.MapKey, _ protoreflect.Value) bool {
		keys = append(keys, key)
		return true
	})
	sort.Slice(keys, func(i, j int) bool { return keys[i].String() < keys[j].String() })
	out.WriteByte('<')
	for _, key := range keys {
		out.WriteString(hex.EncodeToString([]byte(key.String())))
		out.WriteByte('=')
		writeValue(out, field.MapValue(), entries.Get(key))
	}
	out.WriteByte('>')
}

func writeValue(out *bytes.Buffer, field protoreflect.FieldDescriptor, value protoreflect.Value) {
	switch field.Kind() {
	case protoreflect.MessageKind:
		writeMessage(out, field.Message(), value.Message())
		return
	case protoreflect.StringKind:
		out.WriteString(hex.EncodeToString([]byte(value.String())))
	case protoreflect.BytesKind:
		out.WriteString(hex.EncodeToString(value.Bytes()))
	case protoreflect.EnumKind:
		out.WriteString(strconv.Itoa(int(value.Enum())))
	default:
		fmt.Fprint(out, value.Interface())
	}
	out.WriteByte(',')
}

func writeUnknown(out *bytes.Buffer, message protoreflect.Message) {
	unknown := message.GetUnknown()
	for len(unknown) > 0 {
		number, wireType, length := protowire.ConsumeField(unknown)
		if length < 0 {
			panic("unknown fields that cannot be read")
		}
		// Types without generated code keep tags as they were sent, others in their shortest form.
		_, _, tag := protowire.ConsumeTag(unknown)
		fmt.Fprintf(out, "?%x%x", protowire.AppendTag(nil, number, wireType), unknown[tag:length])
		unknown = unknown[length:]
	}
}
