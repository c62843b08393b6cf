import { create, toBinary } from '@bufbuild/protobuf';
import { TimestampSchema, type Timestamp } from '@bufbuild/protobuf/wkt';
import { concat, sha256, toHex } from '@cotrace/core';
import * as common from '../gen/fabric/common_pb.js';
import * as peer from '../gen/fabric/peer_pb.js';
import type { Endorsement } from './transaction.js';

/** Id of a transaction: lower-case hex of SHA-256 over nonce and creator. */
export function computeTxId(nonce: Uint8Array, creator: Uint8Array): string {
  return toHex(sha256(nonce, creator));
}

/**
 * Hash that binds endorsements to a proposal: SHA-256 over the bytes of the channel header, of the signature
 * header and of the chaincode proposal payload without transient data.
 * Source: Fabric `protoutil/txutils.go`, GetProposalHash2.
 */
export function proposalHash(
  channelHeader: Uint8Array,
  signatureHeader: Uint8Array,
  chaincodeProposalPayload: Uint8Array,
): Uint8Array {
  return sha256(channelHeader, signatureHeader, chaincodeProposalPayload);
}

export interface ChannelHeaderFields {
  readonly type: common.HeaderType;
  readonly channelId: string;
  readonly txId?: string;
  readonly timestamp?: Date;
  /** Chaincode that is invoked, of transactions. */
  readonly chaincode?: string;
  readonly tlsCertHash?: Uint8Array;
}

/** Serialized `ChannelHeader`, version and epoch 0. */
export function encodeChannelHeader(fields: ChannelHeaderFields): Uint8Array {
  const { type, channelId, txId = '', timestamp, chaincode, tlsCertHash } = fields;
  const extension =
    chaincode === undefined
      ? new Uint8Array()
      : toBinary(
          peer.ChaincodeHeaderExtensionSchema,
          create(peer.ChaincodeHeaderExtensionSchema, { chaincodeId: { name: chaincode } }),
        );
  return toBinary(
    common.ChannelHeaderSchema,
    create(common.ChannelHeaderSchema, {
      type,
      channelId,
      txId,
      extension,
      ...(timestamp === undefined ? {} : { timestamp: toTimestamp(timestamp) }),
      ...(tlsCertHash === undefined ? {} : { tlsCertHash }),
    }),
  );
}

/** Serialized `SignatureHeader`; `creator` is a serialized identity, the nonce 24 random bytes. */
export function encodeSignatureHeader(creator: Uint8Array, nonce: Uint8Array): Uint8Array {
  return toBinary(common.SignatureHeaderSchema, create(common.SignatureHeaderSchema, { creator, nonce }));
}

/** Serialized `Payload`: what the signature of an envelope is over. */
export function encodePayload(
  channelHeader: Uint8Array,
  signatureHeader: Uint8Array,
  data: Uint8Array,
): Uint8Array {
  return toBinary(
    common.PayloadSchema,
    create(common.PayloadSchema, { header: { channelHeader, signatureHeader }, data }),
  );
}

/** Serialized `Envelope`. */
export function encodeEnvelope(payload: Uint8Array, signature: Uint8Array): Uint8Array {
  return toBinary(common.EnvelopeSchema, create(common.EnvelopeSchema, { payload, signature }));
}

/** Serialized `ChaincodeProposalPayload` of a call; transient data only for the endorsers, never hashed. */
export function encodeProposalPayload(
  chaincode: string,
  args: readonly Uint8Array[],
  transient: Readonly<Record<string, Uint8Array>> = {},
): Uint8Array {
  const input = toBinary(
    peer.ChaincodeInvocationSpecSchema,
    create(peer.ChaincodeInvocationSpecSchema, {
      chaincodeSpec: {
        type: peer.ChaincodeSpec_Type.NODE,
        chaincodeId: { name: chaincode },
        input: { args: [...args] },
      },
    }),
  );
  return toBinary(
    peer.ChaincodeProposalPayloadSchema,
    create(peer.ChaincodeProposalPayloadSchema, { input, TransientMap: transient }),
  );
}

/**
 * The chaincode proposal payload that goes into the transaction and into the proposal hash: its transient
 * data is left out. Source: Fabric `protoutil/proputils.go`, GetBytesProposalPayloadForTx.
 */
export function withoutTransient(payload: peer.ChaincodeProposalPayload): Uint8Array {
  return toBinary(
    peer.ChaincodeProposalPayloadSchema,
    create(peer.ChaincodeProposalPayloadSchema, { input: payload.input }),
  );
}

export interface ResponsePayloadFields {
  readonly proposalHash: Uint8Array;
  readonly chaincode: { readonly name: string; readonly version: string };
  /** The serialized read-write set. */
  readonly results: Uint8Array;
  readonly response: { readonly status: number; readonly message: string; readonly payload: Uint8Array };
  readonly event?: { readonly name: string; readonly txId: string; readonly payload: Uint8Array } | undefined;
}

/** Serialized `ProposalResponsePayload`: what endorsers sign, and must agree on byte by byte. */
export function encodeResponsePayload(fields: ResponsePayloadFields): Uint8Array {
  const { chaincode, event, results, response } = fields;
  const events =
    event === undefined
      ? new Uint8Array()
      : toBinary(
          peer.ChaincodeEventSchema,
          create(peer.ChaincodeEventSchema, {
            chaincodeId: chaincode.name,
            txId: event.txId,
            eventName: event.name,
            payload: event.payload,
          }),
        );
  const extension = toBinary(
    peer.ChaincodeActionSchema,
    create(peer.ChaincodeActionSchema, { results, events, response, chaincodeId: chaincode }),
  );
  return toBinary(
    peer.ProposalResponsePayloadSchema,
    create(peer.ProposalResponsePayloadSchema, { proposalHash: fields.proposalHash, extension }),
  );
}

/** What an endorser signs: the response payload's bytes, then its own serialized identity. */
export function endorsedBytes(responsePayload: Uint8Array, endorser: Uint8Array): Uint8Array {
  return concat(responsePayload, endorser);
}

/** Serialized `Transaction` with its one action. */
export function encodeTransaction(fields: {
  /** Signature header of the proposal. */
  readonly signatureHeader: Uint8Array;
  /** Without transient data. */
  readonly chaincodeProposalPayload: Uint8Array;
  readonly responsePayload: Uint8Array;
  readonly endorsements: readonly Endorsement[];
}): Uint8Array {
  const payload = toBinary(
    peer.ChaincodeActionPayloadSchema,
    create(peer.ChaincodeActionPayloadSchema, {
      chaincodeProposalPayload: fields.chaincodeProposalPayload,
      action: {
        proposalResponsePayload: fields.responsePayload,
        endorsements: fields.endorsements.map(({ endorser, signature }) => ({ endorser, signature })),
      },
    }),
  );
  return toBinary(
    peer.TransactionSchema,
    create(peer.TransactionSchema, { actions: [{ header: fields.signatureHeader, payload }] }),
  );
}

function toTimestamp(date: Date): Timestamp {
  const milliseconds = date.getTime();
  const seconds = Math.floor(milliseconds / 1000);
  return create(TimestampSchema, {
    seconds: BigInt(seconds),
    nanos: (milliseconds - seconds * 1000) * 1_000_000,
  });
}
