import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { fromUtf8 } from '../bytes/bytes.js';
import type { IndexEntry } from './entry.js';
import { sortEntries } from './sort.js';
import { entryOf, hardEntries } from './testing/entries.js';
import { referenceOrder } from './testing/reference.js';

const RUNS = process.env['CI_DEEP'] === '1' ? 10_000 : 100;

/** Entries that are not where the reference has them; entries that are equal in everything may change places. */
function misplaced(entries: readonly IndexEntry[]): unknown[] {
  const found = sortEntries(entries).entries;
  return referenceOrder(entries).filter((wanted, i) => {
    const entry = found[i];
    return entry?.traceId !== wanted.traceId || entry.txNum !== wanted.txNum;
  });
}

describe('sorting the entries of a tree', () => {
  it('is by the bytes of keys, then by place, for keys that are hard to tell apart', () => {
    fc.assert(
      fc.property(hardEntries(300), (entries) => {
        expect(misplaced(entries)).toEqual([]);
      }),
      { numRuns: RUNS },
    );
  });

  it('holds zero bytes to be above the end of a key', () => {
    const texts = ['A', 'A\0', 'A\0\0', 'A\0\0\0\0\0\0', 'A\0\0\0\0\0\0B', 'A\u0001', '\0', '\0\0'];
    const entries = Array.from({ length: 80 }, (_, i) =>
      entryOf(texts[(i * 3) % texts.length] ?? '', 80 - i),
    );
    expect(misplaced(entries)).toEqual([]);
  });

  it('tells apart keys that differ in their last byte alone, however long and many they are', () => {
    for (const length of [1, 4, 5, 6, 100, 511]) {
      const entries = Array.from({ length: 60 }, (_, i) =>
        entryOf('A'.repeat(length) + fromUtf8(Uint8Array.of(33 + ((i * 7) % 60))), i),
      );
      expect(misplaced(entries)).toEqual([]);
    }
  });

  it('takes a block of very many keys beyond ASCII', () => {
    const count = 200_000;
    const entries = Array.from({ length: count }, (_, i) => ({
      ...entryOf('', 0),
      traceId: `é${i % 7}`,
      txNum: i,
    }));
    const places = sortEntries(entries).entries.map(({ txNum }) => txNum);
    const wanted = entries.map(({ txNum }) => txNum).sort((a, b) => (a % 7) - (b % 7) || a - b);
    expect(places.join()).toBe(wanted.join());
  });

  it.each([0x2000, 0x2001, 30_000])('sorts %d entries, of keys that come up again and again', (count) => {
    const entries = Array.from({ length: count }, (_, i) => entryOf(`LOT-${(i * 7919) % (count / 4)}`, i));
    expect(misplaced(entries)).toEqual([]);
  });
});
