import { MalformedError } from '@cotrace/core';
import type * as common from '../gen/fabric/common_pb.js';
import { decode } from '../wire/decode.js';
import * as forms from '../wire/forms.js';
import { SerializedIdentity } from '../wire/identity-forms.js';

/** An envelope with its headers decoded; byte fields are views of what was received. */
export interface Envelope {
  /** The serialized payload: what the creator signed. */
  readonly payload: Uint8Array;
  readonly signature: Uint8Array;
  readonly channelHeader: common.ChannelHeader;
  readonly channelHeaderBytes: Uint8Array;
  readonly signatureHeaderBytes: Uint8Array;
  /** Serialized identity of the creator. */
  readonly creator: Uint8Array;
  readonly nonce: Uint8Array;
  /** What the channel header's type says, such as a serialized `Transaction`. */
  readonly data: Uint8Array;
}

/**
 * Envelope of its serialized form. Nothing is verified: see `checkEnvelope`.
 * Throws `BAD_PROTOBUF`, `NO_HEADER`.
 */
export function decodeEnvelope(bytes: Uint8Array): Envelope {
  const { payload, signature } = decode(forms.Envelope, bytes);
  return { ...decodePayload(payload), signature };
}

/** The payload of an envelope, which a gateway returns before it is signed. Throws like `decodeEnvelope`. */
export function decodePayload(payload: Uint8Array): Omit<Envelope, 'signature'> {
  const { header, data } = decode(forms.Payload, payload);
  if (header === undefined) {
    throw new MalformedError('NO_HEADER', 'the payload of an envelope has no header', {});
  }
  const { creator, nonce } = decode(forms.SignatureHeader, header.signatureHeader);
  return {
    payload,
    channelHeader: decode(forms.ChannelHeader, header.channelHeader),
    channelHeaderBytes: header.channelHeader,
    signatureHeaderBytes: header.signatureHeader,
    creator,
    nonce,
    data,
  };
}

/** The MSP id that the creator of an envelope names. Throws `BAD_PROTOBUF`. */
export function creatorMspId({ creator }: Pick<Envelope, 'creator'>): string {
  return decode(SerializedIdentity, creator).mspid;
}

/** Type of the envelopes of configurations. Written out: the enumeration itself comes with every other one of Fabric. */
const CONFIG = 1 satisfies common.HeaderType.CONFIG;

/** Whether an envelope brings a configuration. */
export function isConfiguration(envelope: Pick<Envelope, 'channelHeader'>): boolean {
  return isOfType(envelope, CONFIG);
}

/** Whether an envelope is of a type, such as `common.HeaderType.ENDORSER_TRANSACTION`. */
export function isOfType(envelope: Pick<Envelope, 'channelHeader'>, type: number): boolean {
  return envelope.channelHeader.type === type;
}
