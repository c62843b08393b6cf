import { randomBytes } from 'node:crypto';
import { create, toBinary } from '@bufbuild/protobuf';
import {
  common,
  encodeChannelHeader,
  encodePayload,
  encodeSignatureHeader,
  orderer,
} from '@cotrace/fabric-model';
import type { SigningIdentity } from '../identity/signer.js';

const NONCE_LENGTH = 24;

/** A signed request for one block of a channel: that of a number, or the newest. */
export function seekEnvelope(
  channelId: string,
  reader: SigningIdentity,
  block: bigint | 'newest',
): common.Envelope {
  const position = create(orderer.SeekPositionSchema, {
    Type:
      block === 'newest' ? { case: 'newest', value: {} } : { case: 'specified', value: { number: block } },
  });
  const payload = encodePayload(
    encodeChannelHeader({ type: common.HeaderType.DELIVER_SEEK_INFO, channelId, timestamp: new Date() }),
    encodeSignatureHeader(reader.serialized, randomBytes(NONCE_LENGTH)),
    toBinary(orderer.SeekInfoSchema, create(orderer.SeekInfoSchema, { start: position, stop: position })),
  );
  return create(common.EnvelopeSchema, { payload, signature: reader.sign(payload) });
}
