import { MalformedError } from '../errors.js';
import { MAX_TREE_SIZE, nodeHash } from '../merkle/hashing.js';
import type { NodePlace } from '../merkle/siblings.js';

/**
 * Places of a tree's peaks: the roots of its perfect subtrees, largest first, one for each bit of `count`, 1…2^32−1.
 * Throws `BAD_TREE_SIZE`.
 */
export function peakPlaces(count: number): NodePlace[] {
  if (!Number.isInteger(count) || count < 1 || count > MAX_TREE_SIZE) {
    throw new MalformedError('BAD_TREE_SIZE', 'a tree of events has 1 to 2^32-1 of them', { count });
  }
  return perfectPlaces(0, count);
}

/**
 * Places of the largest perfect subtrees over the leaves `from`…`to`−1, largest first. `from` must be a multiple of a
 * power of two that is at least `to` − `from`, which is at most 2^32−1.
 */
export function perfectPlaces(from: number, to: number): NodePlace[] {
  const places: NodePlace[] = [];
  let [start, left] = [from, to - from];
  for (let level = 31; level >= 0; level--) {
    const width = 2 ** level;
    if (left < width) continue;
    places.push({ level, position: start / width });
    start += width;
    left -= width;
  }
  return places;
}

/**
 * The peaks after one more leaf. `peaks` are those of a tree of `count` leaves, 0…2^32−2; none for 0. Merges as many of
 * them as `count` has ones at its end.
 */
export function appendToPeaks(
  count: number,
  peaks: readonly Uint8Array[],
  leafHash: Uint8Array,
): Uint8Array[] {
  const grown = [...peaks];
  let last = leafHash;
  for (let rest = count; rest % 2 === 1; rest = (rest - 1) / 2) {
    const left = grown.pop();
    if (left === undefined) throw new RangeError('there are fewer peaks than the count has bits');
    last = nodeHash(left, last);
  }
  return [...grown, last];
}

/** The root of the tree that has these peaks, at least one: their fold from the right (RFC 6962, section 2.1). */
export function rootOfPeaks(peaks: readonly Uint8Array[]): Uint8Array {
  return peaks.reduceRight((right, left) => nodeHash(left, right));
}
