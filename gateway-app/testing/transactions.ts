import { randomBytes } from 'node:crypto';
import { create, toBinary, type MessageInitShape } from '@bufbuild/protobuf';
import { concat, utf8 } from '@cotrace/core';
import {
  common,
  computeTxId,
  decode,
  decodeBlock,
  decodeEnvelope,
  defaultDefinition,
  definitionWrites,
  encodeChannelHeader,
  encodeEnvelope,
  encodePayload,
  encodeProposalPayload,
  encodeResponsePayload,
  encodeSignatureHeader,
  encodeTransaction,
  endorsedBytes,
  ledger,
  LIFECYCLE_NAMESPACE,
  proposalHash,
  QUORUM_POLICY,
  type ChaincodeDefinition,
} from '@cotrace/fabric-model';
import type { SigningIdentity, Topology } from '@cotrace/network';
import type { TestNetwork, TestOrganisation } from './test-network.js';

const NONCE_LENGTH = 24;

export type TestValue = string | Uint8Array | null;
export type TestWrite = readonly [key: string, value: TestValue];

/** What a transaction read and wrote in one namespace; the version of a read is null where the key was not there. */
export interface TestRwset {
  readonly reads?: Readonly<Record<string, readonly [block: bigint, txNum: number] | null>>;
  /** Value by key, or pairs of both where a key is written more than once; null deletes. */
  readonly writes?: Readonly<Record<string, TestValue>> | readonly TestWrite[];
  /** Keys whose metadata is written. */
  readonly metadata?: readonly string[];
  /** Keys that get an endorsement policy of their own: a peer of this organisation. */
  readonly policies?: Readonly<Record<string, string>>;
}

/** What a test transaction is made of; the rest is as an honest client and honest peers have it. */
export interface TestTransaction {
  readonly chaincode: string;
  /** By namespace, or the bytes of the `TxReadWriteSet`. */
  readonly rwset: Readonly<Record<string, TestRwset>> | Uint8Array;
  /** Function and arguments; by default a function `run`. */
  readonly args?: readonly string[];
  /** What the chaincode answered; by default nothing. */
  readonly answer?: string;
  readonly event?: { readonly name: string; readonly payload: Uint8Array };
  /** By default the beginning of 1970. */
  readonly timestamp?: Date;
  readonly client?: SigningIdentity;
  /** By default the peers of all organisations. */
  readonly endorsers?: readonly SigningIdentity[];
  readonly nonce?: Uint8Array;
}

/** Who makes transactions: of a test's own network, or of one that runs. */
export interface Signers {
  readonly topology: Pick<Topology, 'channels'>;
  organisation(index: number): Pick<TestOrganisation, 'client'>;
  readonly peers: readonly SigningIdentity[];
}

/** An envelope and the id of its transaction. */
export interface TestEnvelope {
  readonly envelope: Uint8Array;
  readonly txId: string;
}

/** The envelope of an endorsed transaction on main. */
export function transaction(network: Signers, parts: TestTransaction): TestEnvelope {
  const nonce = parts.nonce ?? new Uint8Array(randomBytes(NONCE_LENGTH));
  const client = parts.client ?? network.organisation(0).client;
  const txId = computeTxId(nonce, client.serialized);
  const { chaincode, endorsers = network.peers, args = ['run'], answer = '', event } = parts;
  const channelHeader = encodeChannelHeader({
    type: common.HeaderType.ENDORSER_TRANSACTION,
    channelId: network.topology.channels.main,
    txId,
    timestamp: parts.timestamp ?? new Date(0),
    chaincode,
  });
  const signatureHeader = encodeSignatureHeader(client.serialized, nonce);
  const chaincodeProposalPayload = encodeProposalPayload(chaincode, args.map(utf8));
  const responsePayload = encodeResponsePayload({
    proposalHash: proposalHash(channelHeader, signatureHeader, chaincodeProposalPayload),
    chaincode: { name: chaincode, version: '1' },
    results: parts.rwset instanceof Uint8Array ? parts.rwset : encodeRwset(parts.rwset),
    response: { status: 200, message: '', payload: utf8(answer) },
    event: event === undefined ? undefined : { ...event, txId },
  });
  const endorsements = endorsers.map(({ serialized, sign }) => ({
    endorser: serialized,
    signature: sign(endorsedBytes(responsePayload, serialized)),
  }));
  const data = encodeTransaction({
    signatureHeader,
    chaincodeProposalPayload,
    responsePayload,
    endorsements,
  });
  const payload = encodePayload(channelHeader, signatureHeader, data);
  return { envelope: encodeEnvelope(payload, client.sign(payload)), txId };
}

/** The envelope with bytes appended to its payload, which its creator, `client`, has signed so. */
export function withPayloadAppended(
  envelope: Uint8Array,
  appended: Uint8Array,
  client: SigningIdentity,
): Uint8Array {
  const payload = concat(decode(common.EnvelopeSchema, envelope).payload, appended);
  return encodeEnvelope(payload, client.sign(payload));
}

/** The envelope of a transaction that only writes, in the namespace of the chaincode that it invokes. */
export function put(
  network: Signers,
  chaincode: string,
  writes: NonNullable<TestRwset['writes']>,
  parts: Partial<TestTransaction> = {},
): Uint8Array {
  return transaction(network, { chaincode, rwset: { [chaincode]: { writes } }, ...parts }).envelope;
}

/** The envelope that commits the definition of a chaincode. */
export function definition(
  network: TestNetwork,
  name: string,
  fields: Partial<ChaincodeDefinition> = {},
): Uint8Array {
  const writes = definitionWrites(defaultDefinition({ name, version: '1', sequence: 1n, ...fields }));
  return put(network, LIFECYCLE_NAMESPACE, Object.fromEntries(writes.map(({ key, value }) => [key, value])));
}

/** The envelope of a configuration transaction: that of the genesis block, with `change` made to its channel group, as number `sequence`. */
export function configuration(
  network: TestNetwork,
  change: (channel: common.ConfigGroup) => void = () => undefined,
  sequence = 1n,
): Uint8Array {
  const [genesis = new Uint8Array()] = decodeBlock(network.genesis).envelopes;
  const before = decodeEnvelope(genesis);
  const message = decode(common.ConfigEnvelopeSchema, before.data);
  if (message.config?.channelGroup === undefined)
    throw new TypeError('the genesis block has no configuration');
  change(message.config.channelGroup);
  message.config.sequence = sequence;
  const { orderer } = network;
  const nonce = new Uint8Array(randomBytes(NONCE_LENGTH));
  const channelHeader = encodeChannelHeader({
    type: common.HeaderType.CONFIG,
    channelId: network.topology.channels.main,
    txId: computeTxId(nonce, orderer.serialized),
    timestamp: new Date(0),
  });
  const payload = encodePayload(
    channelHeader,
    encodeSignatureHeader(orderer.serialized, nonce),
    toBinary(common.ConfigEnvelopeSchema, message),
  );
  return encodeEnvelope(payload, orderer.sign(payload));
}

/** Sets the quorum of a channel group, as an update of its policy does. */
export function withQuorumPolicy(quorum: number): (channel: common.ConfigGroup) => void {
  return (channel) => {
    const policy = channel.groups['Application']?.policies[QUORUM_POLICY]?.policy;
    if (policy === undefined) throw new TypeError('the channel has no quorum');
    const envelope = decode(common.SignaturePolicyEnvelopeSchema, policy.value);
    const type = envelope.rule?.type;
    if (type?.case !== 'nOutOf') throw new TypeError('the quorum is no n-out-of');
    type.value.n = quorum;
    policy.value = toBinary(common.SignaturePolicyEnvelopeSchema, envelope);
  };
}

/** Removes an organisation from a channel group. */
export function withoutOrganisation(mspId: string): (channel: common.ConfigGroup) => void {
  return (channel) => {
    const { Application: application } = channel.groups;
    if (application === undefined) throw new TypeError('the channel has no application group');
    application.groups = Object.fromEntries(
      Object.entries(application.groups).filter(([name]) => name !== mspId),
    );
  };
}

/** The bytes of a `TxReadWriteSet`; keys are in the order in which they are given. */
export function encodeRwset(sets: Readonly<Record<string, TestRwset>>): Uint8Array {
  const nsRwset = Object.entries(sets)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([namespace, set]) => ({
      namespace,
      rwset: toBinary(ledger.KVRWSetSchema, create(ledger.KVRWSetSchema, kvRwset(set))),
    }));
  return toBinary(ledger.TxReadWriteSetSchema, create(ledger.TxReadWriteSetSchema, { nsRwset }));
}

function kvRwset({
  reads = {},
  writes = {},
  metadata = [],
  policies = {},
}: TestRwset): MessageInitShape<typeof ledger.KVRWSetSchema> {
  return {
    reads: Object.entries(reads).map(([key, version]) => ({
      key,
      ...(version === null ? {} : { version: { blockNum: version[0], txNum: BigInt(version[1]) } }),
    })),
    writes: pairsOf(writes).map(([key, value]) =>
      value === null
        ? { key, isDelete: true }
        : { key, value: typeof value === 'string' ? utf8(value) : value },
    ),
    metadataWrites: [
      ...metadata.map((key) => ({ key, entries: [{ name: 'note', value: utf8('new') }] })),
      ...Object.entries(policies).map(([key, mspId]) => ({
        key,
        entries: [{ name: 'VALIDATION_PARAMETER', value: peerOf(mspId) }],
      })),
    ],
  };
}

function pairsOf(writes: NonNullable<TestRwset['writes']>): readonly TestWrite[] {
  return isPairs(writes) ? writes : Object.entries(writes);
}

function isPairs(writes: NonNullable<TestRwset['writes']>): writes is readonly TestWrite[] {
  return Array.isArray(writes);
}

/** Signature policy that a peer of one organisation satisfies. */
function peerOf(mspIdentifier: string): Uint8Array {
  const { MSPRoleSchema, MSPRole_MSPRoleType, MSPPrincipal_Classification, SignaturePolicyEnvelopeSchema } =
    common;
  const principal = toBinary(
    MSPRoleSchema,
    create(MSPRoleSchema, { mspIdentifier, role: MSPRole_MSPRoleType.PEER }),
  );
  return toBinary(
    SignaturePolicyEnvelopeSchema,
    create(SignaturePolicyEnvelopeSchema, {
      rule: { type: { case: 'signedBy', value: 0 } },
      identities: [{ principalClassification: MSPPrincipal_Classification.ROLE, principal }],
    }),
  );
}
