import fc from 'fast-check';
import { utf8 } from '../../bytes/bytes.js';
import { sha256 } from '../../hash.js';
import type { IndexEntry } from '../entry.js';

/** An entry for `traceId` with hashes made of its place. */
export function entryOf(traceId: string, txNum: number): IndexEntry {
  return {
    traceId,
    txNum,
    txId: sha256(utf8(`transaction ${txNum}`)),
    previous: txNum % 3 === 0 ? null : sha256(utf8(`block before ${txNum}`)),
    upstream: txNum % 5 === 4,
  };
}

/** `count` entries of different TraceIDs that are GS1 lots, in no particular order. */
export function someEntries(count: number): IndexEntry[] {
  return Array.from({ length: count }, (_, i) =>
    entryOf(`https://id.gs1.org/01/09521234500049/10/LOT-${((i * 7919) % count).toString(36)}`, i),
  );
}

/** Parts that TraceIDs which begin alike, sort unlike their UTF-16 units, or name each other are put together of. */
const PIECES = [
  'A',
  'B',
  'a',
  '/',
  '/1',
  '+',
  '~',
  'é',
  '\uffee',
  '\u{1f33e}',
  'https://id.gs1.org/01/0952',
  '0',
];

/** TraceIDs that are hard to tell apart: shared beginnings, one the beginning of another, beyond ASCII. */
export const hardTraceIds: fc.Arbitrary<string> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc
      .array(fc.constantFrom(...PIECES), { minLength: 1, maxLength: 6 })
      .map((all) => all.join('')),
  },
  { weight: 1, arbitrary: fc.integer({ min: 1, max: 512 }).map((length) => 'A'.repeat(length)) },
  { weight: 1, arbitrary: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }) },
);

/** Trees’ entries: hard TraceIDs of few values, so that many are there more than once, at any place. */
export function hardEntries(maxLength: number): fc.Arbitrary<IndexEntry[]> {
  return fc.uniqueArray(hardTraceIds, { minLength: 1, maxLength: 40 }).chain((traceIds) =>
    fc.array(
      fc.tuple(fc.constantFrom(...traceIds), fc.nat(20)).map(([traceId, txNum]) => entryOf(traceId, txNum)),
      { maxLength },
    ),
  );
}
