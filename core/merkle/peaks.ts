import { MalformedError } from '../errors.js';
import { MAX_TREE_SIZE, nodeHash } from './hashing.js';
import type { NodePlace } from './siblings.js';

/**
 * Places of a tree's peaks: the roots of its perfect subtrees, largest first, one for each bit of `count`, 1…2^32−1.
 * Throws `BAD_TREE_SIZE`.
 */
export function peakPlaces(count: number): NodePlace[] {
  if (!Number.isInteger(count) || count < 1 || count > MAX_TREE_SIZE) {
    throw new MalformedError('BAD_TREE_SIZE', 'a tree with a peak has 1 to 2^32-1 leaves', { count });
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

/** A perfect subtree of a tree that grows: all its leaves are there, so that it never changes. */
export interface PerfectNode extends NodePlace {
  /** 32 bytes. */
  readonly hash: Uint8Array;
}

/**
 * The perfect subtrees that one more leaf completes, itself first, each twice as large as the one before; the last is the
 * new peak. `peaks` are those of a tree of `count` leaves, 0…2^32−2; none for 0. Merges as many of them as `count` has
 * ones at its end.
 */
export function completedNodes(
  count: number,
  peaks: readonly Uint8Array[],
  leafHash: Uint8Array,
): PerfectNode[] {
  const nodes: PerfectNode[] = [{ level: 0, position: count, hash: leafHash }];
  let [position, hash] = [count, leafHash];
  for (let level = 1; position % 2 === 1; level++) {
    const left = peaks[peaks.length - level];
    if (left === undefined) throw new RangeError('there are fewer peaks than the count has bits');
    position = (position - 1) / 2;
    hash = nodeHash(left, hash);
    nodes.push({ level, position, hash });
  }
  return nodes;
}

/** The peaks after one more leaf, which completed these nodes (`completedNodes`). */
export function grownPeaks(peaks: readonly Uint8Array[], completed: readonly PerfectNode[]): Uint8Array[] {
  const kept = peaks.slice(0, peaks.length + 1 - completed.length);
  return [...kept, ...completed.slice(-1).map(({ hash }) => hash)];
}

/** The root of the tree that has these peaks, at least one: their fold from the right (RFC 6962, section 2.1). */
export function rootOfPeaks(peaks: readonly Uint8Array[]): Uint8Array {
  return peaks.reduceRight((right, left) => nodeHash(left, right));
}
