package wire

// Header is what is needed of every envelope (common/common.proto of fabric-protos).
type Header struct {
	Kind                 uint64
	Channel, TxID, MspID string
	Data                 []byte
}

// ReadHeader reads the header of an envelope.
func ReadHeader(envelope []byte) (*Header, error) {
	payload, err := Within(envelope, 1)
	if err != nil {
		return nil, err
	}
	channel, err := Within(payload.Last(1), 1)
	if err != nil {
		return nil, err
	}
	creator, err := Within(payload.Last(1), 2, 1)
	if err != nil {
		return nil, err
	}
	return &Header{
		channel.Int(1), string(channel.Last(4)), string(channel.Last(5)), string(creator.Last(1)), payload.Last(2),
	}, nil
}
