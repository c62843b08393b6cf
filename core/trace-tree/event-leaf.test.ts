import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { concat, fromHex, toHex, utf8 } from '../bytes/bytes.js';
import { lp, u32, u64 } from '../bytes/codec.js';
import { sha256 } from '../hash.js';
import { errorOf } from '../testing/error-of.js';
import {
  compareEvents,
  decodeEventLeaf,
  encodeEventLeaf,
  eventLeafHash,
  eventMspId,
  MAX_EVENT_LEAF_BYTES,
  type TraceEvent,
} from './event-leaf.js';
import { exampleEvent } from './testing/examples.js';

const RUNS = process.env['CI_DEEP'] === '1' ? 10_000 : 100;
const ID = 'cd'.repeat(32);
const hash = fc.uint8Array({ minLength: 32, maxLength: 32 });
const words = fc.string({ unit: fc.constantFrom('a', 'Z', '0', '9'), minLength: 1, maxLength: 12 });
const traceIds = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 });

const events: fc.Arbitrary<TraceEvent> = fc.record({
  txId: hash.map(toHex),
  blockNum: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
  txNum: fc.nat(2 ** 31 - 1).map((n) => 2 * n + 1),
  domain: words,
  mspId: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 }),
  envelopeHash: hash,
  key: fc.oneof(
    traceIds.map((traceId) => `trace/${traceId}`),
    fc.tuple(traceIds, hash).map(([traceId, id]) => `mark/${traceId} ${toHex(id)}`),
  ),
  valueHash: hash,
});

describe('the leaf of an event', () => {
  it('has the bytes of its fields, in their order', () => {
    const { txId, blockNum, txNum, domain, mspId, envelopeHash, key, valueHash } = exampleEvent;
    const fields = [fromHex(txId), u64(blockNum), u32(txNum), lp(domain), lp(mspId), envelopeHash];
    const bytes = concat(utf8('e'), ...fields, lp(key), valueHash);
    expect(toHex(encodeEventLeaf(exampleEvent))).toBe(toHex(bytes));
    expect(toHex(eventLeafHash(exampleEvent))).toBe(toHex(sha256(Uint8Array.of(0), bytes)));
    expect(toHex(eventLeafHash(exampleEvent))).toMatchInlineSnapshot(
      `"f2d9bf25a84d18db24d6a80cae470061edea22eb8fecb5c4f4596ae34543d368"`,
    );
  });

  it('reads as what was written, and any other bytes as something else or nothing', () => {
    fc.assert(
      fc.property(events, fc.nat(), fc.integer({ min: 1, max: 255 }), (event, at, change) => {
        const bytes = encodeEventLeaf(event);
        expect(bytes.length).toBeLessThanOrEqual(MAX_EVENT_LEAF_BYTES);
        expect(decodeEventLeaf(bytes)).toEqual(event);
        const other = bytes.map((byte, i) => (i === at % bytes.length ? byte ^ change : byte));
        let read: TraceEvent | null = null;
        try {
          read = decodeEventLeaf(other);
        } catch (error) {
          expect(error).toHaveProperty('name', 'MalformedError');
        }
        if (read !== null) expect(toHex(encodeEventLeaf(read))).toBe(toHex(other));
      }),
      { numRuns: RUNS },
    );
  });

  it('is refused at every other length', () => {
    const bytes = encodeEventLeaf(exampleEvent);
    for (let length = 0; length < bytes.length; length++) {
      expect(errorOf(() => decodeEventLeaf(bytes.subarray(0, length))).code).toBe('TRUNCATED');
    }
    expect(errorOf(() => decodeEventLeaf(concat(bytes, Uint8Array.of(0)))).code).toBe('TRAILING_BYTES');
  });

  it('is as long as its limit at most', () => {
    const longest = {
      ...exampleEvent,
      domain: 'a'.repeat(128),
      mspId: 'é'.repeat(127) + 'a',
      key: `mark/${'é'.repeat(256)} ${ID}`,
    };
    expect(encodeEventLeaf(longest)).toHaveLength(MAX_EVENT_LEAF_BYTES);
    expect(decodeEventLeaf(encodeEventLeaf(longest))).toEqual(longest);
  });

  it('names every organisation: one whose MSP id is too long or empty by its hash', () => {
    for (const mspId of ['Org1MSP', 'é'.repeat(127)]) expect(eventMspId(mspId)).toBe(mspId);
    for (const mspId of ['é'.repeat(128), '']) {
      expect(eventMspId(mspId)).toBe(toHex(sha256(utf8(mspId))));
      expect(encodeEventLeaf({ ...exampleEvent, mspId: eventMspId(mspId) })).not.toHaveLength(0);
    }
  });

  it.each<[string, string, Partial<TraceEvent>]>([
    ['a transaction id in upper case', 'BAD_HEX', { txId: 'AB'.repeat(32) }],
    ['a transaction id of 31 bytes', 'BAD_HEX', { txId: 'ab'.repeat(31) }],
    ['a transaction number of 33 bits', 'OUT_OF_RANGE', { txNum: 2 ** 32 }],
    ['a block number of 65 bits', 'OUT_OF_RANGE', { blockNum: 2n ** 64n }],
    ['a namespace that is not a domain', 'BAD_EVENT_LEAF', { domain: '_lifecycle' }],
    ['no domain', 'BAD_EVENT_LEAF', { domain: '' }],
    ['no organisation', 'BAD_EVENT_LEAF', { mspId: '' }],
    ['an MSP id of 256 bytes', 'BAD_NAME', { mspId: 'é'.repeat(128) }],
    ['an envelope hash of 31 bytes', 'BAD_HASH_LENGTH', { envelopeHash: new Uint8Array(31) }],
    ['a value hash of 33 bytes', 'BAD_HASH_LENGTH', { valueHash: new Uint8Array(33) }],
    ['the key of a record', 'BAD_EVENT_LEAF', { key: `rec/${ID}` }],
    ['the key of a mark without a record id', 'BAD_EVENT_LEAF', { key: 'mark/a' }],
    ['a key that is too long', 'BAD_EVENT_LEAF', { key: `trace/${'a'.repeat(513)}` }],
  ])('is not written with %s', (_what, code, change) => {
    expect(errorOf(() => encodeEventLeaf({ ...exampleEvent, ...change })).code).toBe(code);
  });

  it.each([
    ['another kind', 'BAD_TAG', { kind: 't' }],
    ['a namespace that is not a domain', 'BAD_EVENT_LEAF', { domain: 'a b' }],
    ['a domain of 129 bytes', 'TOO_LONG', { domain: 'a'.repeat(129) }],
    ['an MSP id of 256 bytes', 'TOO_LONG', { mspId: 'a'.repeat(256) }],
    ['no organisation', 'BAD_EVENT_LEAF', { mspId: '' }],
    ['the key of a record', 'BAD_EVENT_LEAF', { key: `rec/${ID}` }],
    ['a key that is too long', 'TOO_LONG', { key: `trace/${'a'.repeat(577)}` }],
    ['a TraceID that is too long', 'BAD_EVENT_LEAF', { key: `trace/${'a'.repeat(513)}` }],
    ['a key that is not UTF-8', 'BAD_UTF8', { key: Uint8Array.of(...utf8('trace/'), 0xed, 0xa0, 0x80) }],
  ])('is refused with %s', (_what, code, change) => {
    const fields = { kind: 'e', domain: 'goods', mspId: 'Org1MSP', key: 'trace/a', ...change };
    const zero = new Uint8Array(32);
    const bytes = concat(
      concat(utf8(fields.kind), zero, u64(1n), u32(2), lp(fields.domain), lp(fields.mspId), zero),
      concat(lp(fields.key), zero),
    );
    expect(errorOf(() => decodeEventLeaf(bytes)).code).toBe(code);
  });

  it('is ordered by block, transaction, and the bytes of domain and key', () => {
    const event = (blockNum: bigint, txNum: number, domain: string, key: string): TraceEvent => ({
      ...exampleEvent,
      ...{ blockNum, txNum, domain, key },
    });
    // U+10000 comes before U+FFFD in UTF-16 and after it in UTF-8.
    const ordered = [
      event(9n, 70_000, 'z', 'trace/z'),
      event(10n, 2, 'z', 'trace/z'),
      event(10n, 10, 'B', 'trace/z'),
      event(10n, 10, 'a', `mark/z ${ID}`),
      event(10n, 10, 'a', 'trace/\ufffd'),
      event(10n, 10, 'a', 'trace/\u{10000}'),
      event(2n ** 63n, 0, 'a', 'trace/a'),
    ];
    expect(ordered.toReversed().sort(compareEvents)).toEqual(ordered);
    expect(compareEvents(exampleEvent, { ...exampleEvent, mspId: 'Z' })).toBe(0);
  });
});
