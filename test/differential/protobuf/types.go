package main

import (
	"fmt"
	"sort"
	"strings"

	_ "github.com/hyperledger/fabric-protos-go-apiv2/common"
	_ "github.com/hyperledger/fabric-protos-go-apiv2/discovery"
	_ "github.com/hyperledger/fabric-protos-go-apiv2/gateway"
	_ "github.com/hyperledger/fabric-protos-go-apiv2/gossip"
	_ "github.com/hyperledger/fabric-protos-go-apiv2/ledger/queryresult"
	_ "github.com/hyperledger/fabric-protos-go-apiv2/ledger/rwset"
	_ "github.com/hyperledger/fabric-protos-go-apiv2/ledger/rwset/kvrwset"
	_ "github.com/hyperledger/fabric-protos-go-apiv2/msp"
	_ "github.com/hyperledger/fabric-protos-go-apiv2/orderer"
	_ "github.com/hyperledger/fabric-protos-go-apiv2/orderer/etcdraft"
	_ "github.com/hyperledger/fabric-protos-go-apiv2/orderer/smartbft"
	_ "github.com/hyperledger/fabric-protos-go-apiv2/peer"
	_ "github.com/hyperledger/fabric-protos-go-apiv2/peer/lifecycle"
	_ "google.golang.org/genproto/googleapis/rpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
	"google.golang.org/protobuf/types/descriptorpb"
	"google.golang.org/protobuf/types/dynamicpb"
)

// messageType is a message as this project's .proto files describe it, with the type that Go decodes it as.
type messageType struct {
	Name string `json:"name"`
	// GoName is Fabric's name of the type; empty where Fabric has none, and Go decodes it by this project's description.
	GoName string `json:"goName"`
	// Omitted are the fields that Fabric's type has beside those described.
	Omitted []string `json:"omitted"`
	// Unlike are fields that Fabric's type does not have as they are described.
	Unlike []string `json:"unlike"`

	ours   protoreflect.MessageDescriptor
	goType protoreflect.MessageType
}

// fabricPackages are Fabric's packages whose messages stand in one .proto file here.
var fabricPackages = []string{"msp", "rwset", "kvrwset", "queryresult", "etcdraft", "protos", "common", "orderer"}

// fabricNames are messages that have another name here.
var fabricNames = map[string]string{
	"orderer.RaftConfigMetadata": "etcdraft.ConfigMetadata",
	"orderer.RaftConsenter":      "etcdraft.Consenter",
	"orderer.RaftOptions":        "etcdraft.Options",
	"orderer.RaftBlockMetadata":  "etcdraft.BlockMetadata",
	"orderer.BftOptions":         "orderer.smartbft.Options",
}

func typesOf(described []byte) ([]messageType, error) {
	var set descriptorpb.FileDescriptorSet
	if err := proto.Unmarshal(described, &set); err != nil {
		return nil, err
	}
	files, err := protodesc.NewFiles(&set)
	if err != nil {
		return nil, err
	}
	var types []messageType
	files.RangeFiles(func(file protoreflect.FileDescriptor) bool {
		if file.Package() != "google.protobuf" {
			types = append(types, within(file.Messages())...)
		}
		return true
	})
	sort.Slice(types, func(i, j int) bool { return types[i].Name < types[j].Name })
	return types, nil
}

func within(messages protoreflect.MessageDescriptors) []messageType {
	var types []messageType
	for i := 0; i < messages.Len(); i++ {
		ours := messages.Get(i)
		if ours.IsMapEntry() {
			continue
		}
		types = append(types, typeOf(ours))
		types = append(types, within(ours.Messages())...)
	}
	return types
}

func typeOf(ours protoreflect.MessageDescriptor) messageType {
	t := messageType{Name: string(ours.FullName()), Omitted: []string{}, Unlike: []string{}, ours: ours}
	for _, name := range candidates(t.Name) {
		if found, err := protoregistry.GlobalTypes.FindMessageByName(protoreflect.FullName(name)); err == nil {
			t.GoName, t.goType = name, found
			t.compare(found.Descriptor())
			return t
		}
	}
	t.goType = dynamicpb.NewMessageType(ours)
	return t
}

func candidates(name string) []string {
	if other, ok := fabricNames[name]; ok {
		return []string{other}
	}
	own, short, _ := strings.Cut(name, ".")
	if own == "cotrace" {
		return nil
	}
	names := []string{name}
	for _, other := range fabricPackages {
		names = append(names, other+"."+short)
	}
	return names
}

func (t *messageType) compare(fabric protoreflect.MessageDescriptor) {
	for i := 0; i < fabric.Fields().Len(); i++ {
		theirs := fabric.Fields().Get(i)
		if t.ours.Fields().ByNumber(theirs.Number()) == nil {
			t.Omitted = append(t.Omitted, string(theirs.Name()))
		}
	}
	for i := 0; i < t.ours.Fields().Len(); i++ {
		ours := t.ours.Fields().Get(i)
		theirs := fabric.Fields().ByNumber(ours.Number())
		if theirs == nil || theirs.Kind() != ours.Kind() || theirs.Cardinality() != ours.Cardinality() || theirs.IsMap() != ours.IsMap() || !sameOneof(theirs, ours) {
			t.Unlike = append(t.Unlike, fmt.Sprintf("%d %s", ours.Number(), ours.Name()))
		}
	}
}

func sameOneof(a, b protoreflect.FieldDescriptor) bool {
	return (a.ContainingOneof() == nil) == (b.ContainingOneof() == nil) && a.HasPresence() == b.HasPresence()
}
