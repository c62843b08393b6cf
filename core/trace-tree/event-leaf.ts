import { compareBytes, concat, fromHex, toHex, utf8 } from '../bytes/bytes.js';
import { lp, Reader, u32, u64 } from '../bytes/codec.js';
import { MalformedError } from '../errors.js';
import { isDomainName, MAX_DOMAIN_BYTES } from '../formats/domains.js';
import { hashField, nameField } from '../formats/fields.js';
import { MAX_MSP_ID_BYTES } from '../formats/membership.js';
import { HASH_LENGTH, sha256 } from '../hash.js';
import { leafHash } from '../merkle/hashing.js';
import { MAX_TRACE_KEY_BYTES, readTraceKey } from '../records/trace-key.js';

/** Longest leaf data: its fixed fields, a domain, an MSP id and a key, each with its length. */
export const MAX_EVENT_LEAF_BYTES = 1 + 32 + 8 + 4 + (4 + 128) + (4 + 255) + 32 + (4 + 582) + 32;

const KIND = utf8('e');

/** That a valid transaction put a row or mark of a trace: one event for each key. */
export interface TraceEvent {
  /** Transaction id, 64 lower-case hexadecimal digits. */
  readonly txId: string;
  /** The transaction's block, 0…2^64−1. */
  readonly blockNum: bigint;
  /** The transaction's place there, 0…2^32−1. */
  readonly txNum: number;
  /** The domain in whose state the key is. */
  readonly domain: string;
  /** Organisation of the transaction's creator, who says so (`eventMspId`). */
  readonly mspId: string;
  /** `H` of the transaction's envelope, 32 bytes. */
  readonly envelopeHash: Uint8Array;
  /** Key of the row or mark (`readTraceKey`). */
  readonly key: string;
  /** `H` of the value of the row or mark, 32 bytes. */
  readonly valueHash: Uint8Array;
}

/**
 * Data of an event's leaf (docs/formats.md, Event leaf). Throws `BAD_HEX`, `OUT_OF_RANGE`, `BAD_NAME`, `BAD_HASH_LENGTH`,
 * and `BAD_EVENT_LEAF` for no organisation, a domain that is none or a key that is not of a row or mark.
 */
export function encodeEventLeaf(event: TraceEvent): Uint8Array {
  checkNames(event);
  return concat(
    KIND,
    fromHex(event.txId, HASH_LENGTH),
    u64(event.blockNum),
    u32(event.txNum),
    lp(event.domain),
    lp(event.mspId),
    hashField(event.envelopeHash, 'envelope hash'),
    lp(event.key),
    hashField(event.valueHash, 'value hash'),
  );
}

/**
 * The event that leaf data states: exactly what `encodeEventLeaf` writes. Throws `TRUNCATED`, `BAD_TAG`, `TOO_LONG`,
 * `BAD_UTF8`, `TRAILING_BYTES`, `BAD_EVENT_LEAF`.
 */
export function decodeEventLeaf(data: Uint8Array): TraceEvent {
  const reader = new Reader(data, 'an event leaf');
  reader.expect(KIND);
  const event = {
    txId: toHex(reader.take(HASH_LENGTH)),
    blockNum: reader.u64(),
    txNum: reader.u32(),
    domain: reader.text(MAX_DOMAIN_BYTES),
    mspId: reader.text(MAX_MSP_ID_BYTES),
    envelopeHash: reader.take(HASH_LENGTH),
    key: reader.text(MAX_TRACE_KEY_BYTES),
    valueHash: reader.take(HASH_LENGTH),
  };
  reader.end();
  checkNames(event);
  return event;
}

/**
 * How an event names the organisation of a creator: by its MSP id, or, where that has no bytes or more than 255, by the
 * hexadecimal `H` of it, so that no valid transaction is without an event.
 */
export function eventMspId(mspId: string): string {
  const bytes = utf8(mspId);
  return mspId !== '' && bytes.length <= MAX_MSP_ID_BYTES ? mspId : toHex(sha256(bytes));
}

/** Hash of an event's leaf (RFC 6962, section 2.1). Throws as `encodeEventLeaf`. */
export function eventLeafHash(event: TraceEvent): Uint8Array {
  return leafHash(encodeEventLeaf(event));
}

/** The order of events: by block, transaction, and the bytes of domain and key. */
export function compareEvents(a: TraceEvent, b: TraceEvent): number {
  return (
    comparePlaces(a, b) ||
    compareBytes(utf8(a.domain), utf8(b.domain)) ||
    compareBytes(utf8(a.key), utf8(b.key))
  );
}

/** The order of transactions on the chain. */
export function comparePlaces(
  a: Pick<TraceEvent, 'blockNum' | 'txNum'>,
  b: Pick<TraceEvent, 'blockNum' | 'txNum'>,
): number {
  if (a.blockNum !== b.blockNum) return a.blockNum < b.blockNum ? -1 : 1;
  return a.txNum - b.txNum;
}

function checkNames({ domain, mspId, key }: TraceEvent): void {
  if (mspId === '') throw new MalformedError('BAD_EVENT_LEAF', 'an event must name an organisation', {});
  nameField(mspId, 'MSP id', MAX_MSP_ID_BYTES);
  if (!isDomainName(domain)) {
    throw new MalformedError('BAD_EVENT_LEAF', 'the domain of an event must be a name of a chaincode', {
      domain: domain.slice(0, MAX_DOMAIN_BYTES),
    });
  }
  if (readTraceKey(key) === null) {
    throw new MalformedError('BAD_EVENT_LEAF', 'the key of an event must be that of a row or mark', {
      key: key.slice(0, MAX_TRACE_KEY_BYTES),
    });
  }
}
