package proof

import (
	"crypto/sha256"
	"encoding/hex"

	"cotrace.example/verifier/internal/wire"
)

// envelope is what is needed of a transaction (fabric-protos: common, peer, ledger/rwset).
type envelope struct {
	hash                 [32]byte
	channel, txID, mspID string
	writes               []*wire.Message // KVRWSets
	namespaces           []string
}

func readEnvelope(data []byte) (*envelope, error) {
	e := &envelope{hash: sha256.Sum256(data)}
	payload, err := wire.Within(data, 1)
	if err != nil {
		return nil, err
	}
	channel, err := wire.Within(payload.Last(1), 1)
	if err != nil {
		return nil, err
	}
	e.channel, e.txID = string(channel.Last(4)), string(channel.Last(5))
	creator, err := wire.Within(payload.Last(1), 2, 1)
	if err != nil {
		return nil, err
	}
	e.mspID = string(creator.Last(1))
	transaction, err := wire.ReadMessage(payload.Last(2))
	if err != nil {
		return nil, err
	}
	for _, action := range transaction.Bytes[1] {
		if err := e.readAction(action); err != nil {
			return nil, err
		}
	}
	return e, nil
}

func (e *envelope) readAction(action []byte) error {
	sets, err := wire.Within(action, 2, 2, 1, 2, 1)
	if err != nil {
		return err
	}
	for _, set := range sets.Bytes[2] {
		namespace, err := wire.ReadMessage(set)
		if err != nil {
			return err
		}
		writes, err := wire.ReadMessage(namespace.Last(2))
		if err != nil {
			return err
		}
		e.writes = append(e.writes, writes)
		e.namespaces = append(e.namespaces, string(namespace.Last(1)))
	}
	return nil
}

// What Fabric adds up for a key (validation/tx_ops.go).
const (
	written        = 1
	metadataUpdate = 2
	metadataDelete = 4
	deleted        = 8
)

// put is the value that the transaction puts at a key of a domain; false where its effect is another.
func (e *envelope) put(domain, key string) ([]byte, bool, error) {
	var flags uint8
	var value []byte
	for i, set := range e.writes {
		if e.namespaces[i] != domain {
			continue
		}
		for _, listed := range set.Bytes[3] {
			write, err := wire.ReadMessage(listed)
			if err != nil {
				return nil, false, err
			}
			if string(write.Last(1)) != key {
				continue
			}
			if value = write.Last(3); write.Int(2) != 0 || len(value) == 0 {
				flags += deleted
			} else {
				flags += written
			}
		}
		for _, listed := range set.Bytes[4] {
			write, err := wire.ReadMessage(listed)
			if err != nil {
				return nil, false, err
			}
			if string(write.Last(1)) != key {
				continue
			}
			if len(write.Bytes[2]) > 0 {
				flags += metadataUpdate
			} else {
				flags += metadataDelete
			}
		}
	}
	return value, flags&written != 0 && flags&deleted == 0, nil
}

// wrote says whether the transaction is that of an event, and puts the value that it names.
func (e *envelope) wrote(at *place) bool {
	value, puts, err := e.put(at.leaf.Domain, at.leaf.Key)
	hash := sha256.Sum256(value)
	return err == nil && puts && string(hash[:]) == string(at.leaf.ValueHash) &&
		e.txID == hex.EncodeToString(at.leaf.TxID) && e.mspID == at.leaf.MspID
}
