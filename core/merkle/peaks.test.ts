import { describe, expect, it } from '@jest/globals';
import { equalBytes, toHex } from '../bytes/bytes.js';
import { leafHash } from './hashing.js';
import { someLeaves } from './testing/leaves.js';
import { rememberedRoots } from './testing/reference.js';
import { errorOf } from '../testing/error-of.js';
import { completedNodes, peakPlaces, rootOfPeaks } from './peaks.js';
import { appendToPeaks, referencePeaks } from './testing/peaks-reference.js';

describe('the peaks of a tree', () => {
  it('are, and fold to, those of the tree over all leaves, for every count to 300 and around 1,024', () => {
    const [leaves, rootOf] = [someLeaves(1025), rememberedRoots()];
    let peaks: Uint8Array[] = [];
    leaves.forEach((leaf, count) => {
      peaks = appendToPeaks(count, peaks, leafHash(leaf));
      if (count >= 300 && count < 1020) return;
      const upTo = leaves.slice(0, count + 1);
      expect(peaks.map(toHex)).toEqual(referencePeaks(upTo, rootOf).map(toHex));
      expect(toHex(rootOfPeaks(peaks))).toBe(toHex(rootOf(upTo)));
    });
  });

  it('are at the places of perfect subtrees, one for each bit of the count', () => {
    expect(peakPlaces(1)).toEqual([{ level: 0, position: 0 }]);
    expect(peakPlaces(13)).toEqual([
      { level: 3, position: 0 },
      { level: 2, position: 2 },
      { level: 0, position: 12 },
    ]);
    expect(peakPlaces(2 ** 32 - 1)).toHaveLength(32);
    expect(peakPlaces(2 ** 32 - 1).at(-1)).toEqual({ level: 0, position: 2 ** 32 - 2 });
    for (const count of [0, -1, 1.5, 2 ** 32, Number.NaN]) {
      expect(errorOf(() => peakPlaces(count)).code).toBe('BAD_TREE_SIZE');
    }
  });

  it('grow to the most that a tree counts', () => {
    const one = leafHash(new Uint8Array());
    const many = peakPlaces(2 ** 32 - 2).map(() => one);
    expect(appendToPeaks(2 ** 32 - 2, many, one)).toHaveLength(32);
    expect(appendToPeaks(2 ** 31 - 1, many, one)).toHaveLength(1);
  });

  it('are merged from the nodes that a leaf completes: each is the root over its leaves', () => {
    const [leaves, rootOf] = [someLeaves(64), rememberedRoots()];
    let peaks: Uint8Array[] = [];
    const seen: string[] = [];
    leaves.forEach((leaf, count) => {
      for (const { level, position, hash } of completedNodes(count, peaks, leafHash(leaf))) {
        const width = 2 ** level;
        expect(toHex(hash)).toBe(toHex(rootOf(leaves.slice(position * width, (position + 1) * width))));
        expect((position + 1) * width).toBe(count + 1);
        seen.push(`${level} ${position}`);
      }
      peaks = appendToPeaks(count, peaks, leafHash(leaf));
    });
    expect(new Set(seen).size).toBe(64 + 32 + 16 + 8 + 4 + 2 + 1);
    expect(seen).toHaveLength(127);
  });

  it('are new ones after each leaf: those before stay as they were', () => {
    const [first, second] = someLeaves(2).map(leafHash);
    if (first === undefined || second === undefined) throw new Error('2 leaves');
    const before = appendToPeaks(0, [], first);
    appendToPeaks(1, before, second);
    expect(before).toHaveLength(1);
    expect(equalBytes(before[0] ?? second, first)).toBe(true);
  });
});
