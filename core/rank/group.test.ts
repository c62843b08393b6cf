import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { concat, toHex, utf8 } from '../bytes/bytes.js';
import { u32 } from '../bytes/codec.js';
import { sha256 } from '../hash.js';
import { NO_POLICY_HASH, type RankEntry } from './entry.js';
import { decodeGroup, encodeGroup, groupOf, splitGroup, thinEntries } from './group.js';
import { hardKey } from './testing/histories.js';
import { referenceGroupHash } from './testing/reference.js';

const RUNS = process.env['CI_DEEP'] === '1' ? 10_000 : 100;
const BLOCK = 7n;

const entries = fc.uniqueArray(
  fc.record({
    key: fc.nat(40).map(hardKey),
    valueHash: fc.uint8Array({ minLength: 32, maxLength: 32 }),
    policyHash: fc.uint8Array({ minLength: 32, maxLength: 32 }),
    blockNum: fc.constant(BLOCK),
    txNum: fc.nat(3),
    verNum: fc.integer({ min: 1, max: 3 }),
  }),
  { selector: ({ key }) => key, minLength: 1, maxLength: 12 },
);

const entry = (key: string, changes: Partial<RankEntry> = {}): RankEntry => ({
  key,
  valueHash: sha256(utf8(key)),
  policyHash: NO_POLICY_HASH,
  blockNum: BLOCK,
  txNum: 0,
  verNum: 1,
  ...changes,
});

function refused(act: () => unknown, code: string): void {
  expect(act).toThrow(expect.objectContaining({ code }));
}

describe('a group', () => {
  it('has the hash of its definition, whatever the order of its entries, and reads back', () => {
    fc.assert(
      fc.property(entries, (group) => {
        const bytes = encodeGroup(group);
        expect(toHex(sha256(bytes))).toBe(toHex(referenceGroupHash(group)));
        expect(encodeGroup(group.toReversed())).toEqual(bytes);
        expect(encodeGroup(decodeGroup(bytes, BLOCK))).toEqual(bytes);
      }),
      { numRuns: RUNS },
    );
  });

  it('is split between entries, at the least bytes of a part', () => {
    fc.assert(
      fc.property(entries, fc.integer({ min: 1, max: 400 }), (group, least) => {
        const bytes = encodeGroup(group);
        const parts = splitGroup(bytes, least);
        expect(concat(...groupOf(group.length, parts))).toEqual(bytes);
        const counts = parts.map((part) => thinEntries(part, [], 0).before);
        expect(counts.reduce((sum, count) => sum + count, 0)).toBe(group.length);
        parts.slice(0, -1).forEach((part) => expect(part.length).toBeGreaterThanOrEqual(least));
        if (least === 1) expect(parts).toHaveLength(group.length);
      }),
      { numRuns: RUNS },
    );
  });

  it('is refused where it is not what is written', () => {
    const good = encodeGroup([entry('a'), entry('b', { txNum: 1 })]);
    const head = utf8('cotrace.group.v2\0');
    const body = good.slice(head.length + 4);
    const half = body.length / 2;
    const forged = (count: number, ...parts: Uint8Array[]) => concat(head, u32(count), ...parts);
    const [first, second] = [body.slice(0, half), body.slice(half)];
    expect(decodeGroup(forged(2, first, second), BLOCK)).toHaveLength(2);
    refused(() => decodeGroup(forged(2, second, first), BLOCK), 'BAD_GROUP');
    refused(() => decodeGroup(forged(2, first, first), BLOCK), 'BAD_GROUP');
    refused(() => decodeGroup(forged(1, first, second), BLOCK), 'TRAILING_BYTES');
    refused(() => decodeGroup(forged(3, first, second), BLOCK), 'TRUNCATED');
    refused(() => decodeGroup(forged(0), BLOCK), 'BAD_GROUP');
    refused(() => decodeGroup(good, 8n), 'BAD_GROUP');
    refused(() => decodeGroup(concat(utf8('cotrace.group.v1\0'), good.slice(head.length)), BLOCK), 'BAD_TAG');
    refused(() => decodeGroup(forged(0xffffffff, u32(0xffffffff)), BLOCK), 'TOO_LONG');
    const [noVersion, notText] = [first.slice(), first.slice()];
    noVersion.fill(0, half - 4);
    notText[4] = 0xff;
    refused(() => decodeGroup(forged(1, noVersion), BLOCK), 'BAD_GROUP');
    refused(() => decodeGroup(forged(1, notText), BLOCK), 'BAD_UTF8');
  });

  it('is not made of what cannot be an entry', () => {
    refused(() => encodeGroup([entry('a', { verNum: 0 })]), 'BAD_GROUP');
    refused(() => encodeGroup([entry('a'), entry('a')]), 'BAD_GROUP');
    refused(() => encodeGroup([entry('a'), entry('b', { blockNum: 8n })]), 'BAD_GROUP');
    refused(() => encodeGroup([entry('a', { valueHash: new Uint8Array(31) })]), 'BAD_HASH_LENGTH');
    refused(() => encodeGroup([entry('a', { policyHash: new Uint8Array(33) })]), 'BAD_HASH_LENGTH');
    refused(() => encodeGroup([entry('a', { txNum: 2 ** 32 })]), 'OUT_OF_RANGE');
  });

  it('that is damaged is not thinned', () => {
    const [part = new Uint8Array()] = splitGroup(encodeGroup([entry('a')]), 1);
    expect(thinEntries(part, [], 0).before).toBe(1);
    refused(() => thinEntries(part.slice(0, -1), [], 0), 'BAD_GROUP');
    refused(() => thinEntries(part.slice(0, 3), [], 0), 'BAD_GROUP');
  });
});
