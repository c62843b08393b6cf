import { toBinary } from '@bufbuild/protobuf';
import { equalBytes, isCotraceError, toHex } from '@cotrace/core';
import { common, decode, decodeRwset, ledger, peer, type Version } from '@cotrace/fabric-model';
import type { RpcFailure } from './cast.js';

/** What is seen of a network, as JSON: equal texts stand for equal behaviour. */
export type Seen = unknown;

const LONG = 1200;
/** A moment in an error's text, as Go writes it. */
const CLOCK = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g;
/** What the operation `random` writes. */
const RANDOM = /random-0\.\d+(?:e-\d+)?/g;
/** Go's protobuf library chooses one of two spaces at random, so that nobody relies on its errors' texts. */
const PROTO = /proto:\u00a0/g;

function shown(bytes: Uint8Array): string {
  const text = Buffer.from(bytes).toString('latin1');
  return text.length > LONG ? `${text.slice(0, 40)}… ${text.length} bytes` : text;
}

/**
 * Puts names in the place of what differs from network to network by right: transaction ids, the certificates of
 * creators, addresses. Everything else stays as it was received.
 */
export class Names {
  readonly #names = new Map<string, string>();
  #pattern: RegExp | null = null;

  /** `text` is to be read as `name` from now on. */
  add(text: string, name: string): void {
    if (text === '') return;
    this.#names.set(text, name);
    this.#pattern = null;
  }

  /** `value` with names in all of its texts. */
  apply<T>(value: T): T {
    const texts = [...this.#names.keys()].sort((a, b) => b.length - a.length);
    this.#pattern ??= new RegExp(
      texts.map((text) => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('|'),
      'g',
    );
    const text = JSON.stringify(value)
      .replaceAll(CLOCK, '<now>')
      .replaceAll(RANDOM, '<random>')
      .replaceAll(PROTO, 'proto: ');
    if (texts.length === 0) return value;
    return JSON.parse(text.replaceAll(this.#pattern, (found) => this.#names.get(found) ?? found)) as T;
  }
}

/** A failed call. */
export function describeFailure({ grpc, text, details }: RpcFailure): Seen {
  return { grpc, text: withoutComputedId(text), ...(details.length > 0 && { details }) };
}

/** The id that a peer computes of a wrong nonce is as random as the nonce. */
function withoutComputedId(text: string): string {
  return text.replace(/(incorrectly computed txid '[^']*' -- expected ')[0-9a-f]{64}'/, "$1<computed>'");
}

/** A chaincode's response. */
export function describeResponse(response?: peer.Response): Seen {
  if (response === undefined) return null;
  const { status, message, payload } = response;
  return [status, message, shown(payload)];
}

/** What a peer signed, or would have. */
export function describePayload(bytes: Uint8Array): Seen {
  if (bytes.length === 0) return null;
  const payload = decode(peer.ProposalResponsePayloadSchema, bytes);
  const action = decode(peer.ChaincodeActionSchema, payload.extension);
  payload.extension = toBinary(peer.ChaincodeActionSchema, action);
  const isCanonical = equalBytes(toBinary(peer.ProposalResponsePayloadSchema, payload), bytes);
  const { name, version } = action.chaincodeId ?? {};
  return {
    ...(!isCanonical && { bytes: 'not as a peer writes them' }),
    chaincode: `${name ?? '?'} ${version ?? '?'}`,
    response: describeResponse(action.response),
    ...(action.events.length > 0 && {
      event: describeEvent(decode(peer.ChaincodeEventSchema, action.events)),
    }),
    results: describeResults(action.results),
  };
}

/** A chaincode event. */
export function describeEvent({ chaincodeId, txId, eventName, payload }: peer.ChaincodeEvent): Seen {
  return [chaincodeId, txId, eventName, shown(payload)];
}

/** A read-write set down to every field, and whether its bytes are just those; anything else by its bytes. */
export function describeResults(bytes: Uint8Array): Seen {
  try {
    const set = decode(ledger.TxReadWriteSetSchema, bytes);
    for (const entry of set.nsRwset) {
      entry.rwset = toBinary(ledger.KVRWSetSchema, decode(ledger.KVRWSetSchema, entry.rwset));
    }
    if (!equalBytes(toBinary(ledger.TxReadWriteSetSchema, set), bytes)) return { bytes: toHex(bytes) };
  } catch (error) {
    if (!isCotraceError(error, 'BAD_PROTOBUF')) throw error;
    return { bytes: toHex(bytes) };
  }
  return decodeRwset(bytes).map(
    ({ namespace, reads, rangeQueries, writes, metadataWrites, collections }) => ({
      namespace,
      ...(reads.length > 0 && {
        reads: reads.map(({ key, version }) => [key, versionOf(namespace, version)]),
      }),
      ...(rangeQueries.length > 0 && {
        ranges: rangeQueries.map(({ startKey, endKey, exhausted, reads: found, summary }) => [
          startKey,
          endKey,
          exhausted,
          found.map(({ key, version }) => [key, versionOf(namespace, version)]),
          ...(summary ? [summary.maxDegree, summary.maxLevel, summary.maxLevelHashes.map(toHex)] : []),
        ]),
      }),
      ...(writes.length > 0 && {
        writes: writes.map(({ key, isDelete, value }) => [key, isDelete, shown(value)]),
      }),
      ...(metadataWrites.length > 0 && {
        metadata: metadataWrites.map(({ key, entries }) => [
          key,
          entries.map((entry) => [entry.name, shown(entry.value)]),
        ]),
      }),
      ...(collections.length > 0 && { collections: collections.length }),
    }),
  );
}

/** Definitions are written before the script begins, by as many blocks as a network needs for it. */
function versionOf(namespace: string, version: Version | null): Seen {
  if (version === null) return null;
  return namespace === '_lifecycle' ? 'defined' : `${String(version.blockNum)}/${version.txNum}`;
}

/** An endorser's answer. */
export function describeAnswer(answer: peer.ProposalResponse): Seen {
  const { version, response, payload, endorsement } = answer;
  return {
    version,
    response: describeResponse(response),
    payload: describePayload(payload),
    endorser: endorsement ? decode(common.SerializedIdentitySchema, endorsement.endorser).mspid : null,
    interest: describeInterest(answer.interest),
  };
}

/** The chaincodes are there in the order of a map of Go: any. */
function describeInterest(interest?: peer.ChaincodeInterest): Seen {
  return interest?.chaincodes
    .map(({ name, keyPolicies, disregardNamespacePolicy, noPrivateReads, noPublicWrites }) => [
      name,
      keyPolicies.length,
      disregardNamespacePolicy,
      noPrivateReads,
      noPublicWrites,
    ])
    .sort(([one = ''], [other = '']) => (String(one) < String(other) ? -1 : 1));
}

/** Organisations that endorsed, in any order. */
export function endorsersOf(endorsements: readonly { readonly endorser: Uint8Array }[]): string[] {
  return endorsements.map(({ endorser }) => decode(common.SerializedIdentitySchema, endorser).mspid).sort();
}
