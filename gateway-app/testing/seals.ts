import { randomBytes } from 'node:crypto';
import { create, toBinary } from '@bufbuild/protobuf';
import { decodeCheckingHeader, headerKey, utf8 } from '@cotrace/core';
import {
  common,
  computeTxId,
  encodeChannelHeader,
  encodeEnvelope,
  encodePayload,
  encodeProposalPayload,
  encodeResponsePayload,
  encodeSignatureHeader,
  encodeTransaction,
  endorsedBytes,
  ledger,
  proposalHash,
  type Endorsement,
} from '@cotrace/fabric-model';
import type { SigningIdentity } from '@cotrace/network';

/** A write of a key; null deletes. */
type Writes = readonly (readonly [key: string, value: Uint8Array | null])[];

/** What a namespace of a seal's read-write set holds. */
export interface SealedSet {
  readonly namespace: string;
  readonly reads?: readonly string[];
  readonly writes?: Writes;
  readonly metadata?: readonly string[];
  /** Collections in which a hash is written. */
  readonly collections?: readonly string[];
}

/** What a seal is made of; the rest is as an honest initiator and honest peers have it. */
export interface SealParts {
  readonly headers: readonly Uint8Array[];
  readonly client: SigningIdentity;
  readonly endorsers: readonly SigningIdentity[];
  readonly channel?: string;
  readonly type?: common.HeaderType;
  /** Chaincode that the client asked for. */
  readonly invoked?: string;
  /** Chaincode that the endorsers say they ran. */
  readonly ran?: string;
  readonly status?: number;
  /** In place of the set of an honest contract. */
  readonly sets?: readonly SealedSet[];
  readonly time?: Date | null;
  readonly txId?: string;
  /** Arguments of the call in the transaction, where they are others than those that were endorsed. */
  readonly shownArgs?: readonly Uint8Array[];
  /** Results in the transaction, where they are others than those that were endorsed. */
  readonly shownSets?: readonly SealedSet[];
  readonly endorsed?: (endorsements: readonly Endorsement[]) => readonly Endorsement[];
}

/** The set that the contract writes for headers. */
export function honestSets(headers: readonly Uint8Array[]): SealedSet[] {
  const keys = headers.map((header) => headerKey(decodeCheckingHeader(header).checkNum));
  return [
    { namespace: '_lifecycle', reads: ['namespaces/fields/checking/Sequence'] },
    {
      namespace: 'checking',
      reads: keys,
      writes: keys.map((key, i) => [key, headers[i] ?? new Uint8Array()] as const),
    },
  ];
}

/** The envelope of a transaction of `checking` that seals headers. */
export function seal(parts: SealParts): Uint8Array {
  const {
    headers,
    client,
    channel = 'checking',
    invoked = 'checking',
    time = new Date(1_760_000_000_000),
  } = parts;
  const nonce = new Uint8Array(randomBytes(24));
  const channelHeader = encodeChannelHeader({
    type: parts.type ?? common.HeaderType.ENDORSER_TRANSACTION,
    channelId: channel,
    txId: parts.txId ?? computeTxId(nonce, client.serialized),
    ...(time === null ? {} : { timestamp: time }),
    chaincode: invoked,
  });
  const signatureHeader = encodeSignatureHeader(client.serialized, nonce);
  const args = [utf8('sealCycle'), ...headers];
  const proposed = encodeProposalPayload(invoked, args);
  const response = (sets: readonly SealedSet[]): Uint8Array =>
    encodeResponsePayload({
      proposalHash: proposalHash(channelHeader, signatureHeader, proposed),
      chaincode: { name: parts.ran ?? 'checking', version: '1' },
      results: encodeSets(sets),
      response: { status: parts.status ?? 200, message: '', payload: new Uint8Array() },
    });
  const sets = parts.sets ?? honestSets(headers);
  const responsePayload = response(sets);
  const honest = parts.endorsers.map(({ serialized, sign }) => ({
    endorser: serialized,
    signature: sign(endorsedBytes(responsePayload, serialized)),
  }));
  const data = encodeTransaction({
    signatureHeader,
    chaincodeProposalPayload:
      parts.shownArgs === undefined ? proposed : encodeProposalPayload(invoked, parts.shownArgs),
    responsePayload: parts.shownSets === undefined ? responsePayload : response(parts.shownSets),
    endorsements: parts.endorsed?.(honest) ?? honest,
  });
  const payload = encodePayload(channelHeader, signatureHeader, data);
  return encodeEnvelope(payload, client.sign(payload));
}

function encodeSets(sets: readonly SealedSet[]): Uint8Array {
  const { KVRWSetSchema, HashedRWSetSchema, TxReadWriteSetSchema } = ledger;
  const nsRwset = sets.map(({ namespace, reads = [], writes = [], metadata = [], collections = [] }) => ({
    namespace,
    rwset: toBinary(
      KVRWSetSchema,
      create(KVRWSetSchema, {
        reads: reads.map((key) => ({ key })),
        writes: writes.map(([key, value]) => (value === null ? { key, isDelete: true } : { key, value })),
        metadataWrites: metadata.map((key) => ({ key, entries: [{ name: 'note', value: utf8('new') }] })),
      }),
    ),
    collectionHashedRwset: collections.map((collectionName) => ({
      collectionName,
      hashedRwset: toBinary(
        HashedRWSetSchema,
        create(HashedRWSetSchema, {
          hashedWrites: [{ keyHash: new Uint8Array(32), valueHash: new Uint8Array(32).fill(1) }],
        }),
      ),
    })),
  }));
  return toBinary(TxReadWriteSetSchema, create(TxReadWriteSetSchema, { nsRwset }));
}
