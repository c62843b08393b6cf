import { create, toBinary, type MessageInitShape } from '@bufbuild/protobuf';
import { utf8 } from '@cotrace/core';
import * as common from '../../gen/fabric/common_pb.js';
import * as ledger from '../../gen/fabric/ledger_pb.js';
import {
  computeTxId,
  encodeChannelHeader,
  encodeEnvelope,
  encodePayload,
  encodeProposalPayload,
  encodeResponsePayload,
  encodeSignatureHeader,
  encodeTransaction,
  endorsedBytes,
  proposalHash,
} from '../../transaction/builders.js';
import type { Signer } from './channel.js';

/** A read-write set for a test: per namespace what its message holds. */
export type RwsetInit = readonly (MessageInitShape<typeof ledger.KVRWSetSchema> & {
  readonly namespace: string;
  readonly collections?: readonly (MessageInitShape<typeof ledger.HashedRWSetSchema> & { name: string })[];
})[];

/** Serialized `TxReadWriteSet`, in the order given. */
export function encodeRwset(sets: RwsetInit): Uint8Array {
  const nsRwset = sets.map(({ namespace, collections = [], ...set }) => ({
    namespace,
    rwset: toBinary(ledger.KVRWSetSchema, create(ledger.KVRWSetSchema, set)),
    collectionHashedRwset: collections.map(({ name, ...hashed }) => ({
      collectionName: name,
      hashedRwset: toBinary(ledger.HashedRWSetSchema, create(ledger.HashedRWSetSchema, hashed)),
    })),
  }));
  return toBinary(ledger.TxReadWriteSetSchema, create(ledger.TxReadWriteSetSchema, { nsRwset }));
}

/** What to make; everything that is not given is as an honest client and honest peers make it. */
export interface TransactionParts {
  readonly creator: Signer;
  readonly endorsers: readonly Signer[];
  readonly channelId?: string;
  readonly type?: common.HeaderType;
  readonly chaincode?: string;
  /** Chaincode that the endorsers say they ran. */
  readonly ran?: { readonly name: string; readonly version: string };
  readonly rwset?: RwsetInit;
  readonly results?: Uint8Array;
  readonly event?: { readonly name: string; readonly txId: string; readonly payload: Uint8Array };
  /** Changes the response payload before it is endorsed. */
  readonly mangle?: (responsePayload: Uint8Array) => Uint8Array;
  readonly nonce?: Uint8Array;
  readonly txId?: string;
  readonly proposalHash?: Uint8Array;
  readonly signature?: Uint8Array;
  readonly data?: Uint8Array;
}

/** Serialized envelope of a transaction. */
export async function transaction(parts: TransactionParts): Promise<Uint8Array> {
  const { creator, chaincode = 'production', channelId = 'main' } = parts;
  const nonce = parts.nonce ?? Uint8Array.from({ length: 24 }, (_, i) => i);
  const channelHeader = encodeChannelHeader({
    type: parts.type ?? common.HeaderType.ENDORSER_TRANSACTION,
    channelId,
    txId: parts.txId ?? computeTxId(nonce, creator.bytes),
    timestamp: new Date(0),
    chaincode,
  });
  const signatureHeader = encodeSignatureHeader(creator.bytes, nonce);
  const chaincodeProposalPayload = encodeProposalPayload(chaincode, [utf8('capture'), utf8('{}')]);
  const honest = encodeResponsePayload({
    proposalHash:
      parts.proposalHash ?? proposalHash(channelHeader, signatureHeader, chaincodeProposalPayload),
    chaincode: parts.ran ?? { name: chaincode, version: '1' },
    results: parts.results ?? encodeRwset(parts.rwset ?? []),
    response: { status: 200, message: '', payload: new Uint8Array() },
    event: parts.event,
  });
  const responsePayload = parts.mangle?.(honest) ?? honest;
  const endorsements = await Promise.all(
    parts.endorsers.map(async ({ bytes, sign }) => ({
      endorser: bytes,
      signature: await sign(endorsedBytes(responsePayload, bytes)),
    })),
  );
  const data =
    parts.data ??
    encodeTransaction({ signatureHeader, chaincodeProposalPayload, responsePayload, endorsements });
  const payload = encodePayload(channelHeader, signatureHeader, data);
  return encodeEnvelope(payload, parts.signature ?? (await creator.sign(payload)));
}
