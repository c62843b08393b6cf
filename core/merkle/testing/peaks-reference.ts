import { referenceRoot } from './reference.js';
import { completedNodes, grownPeaks } from '../peaks.js';

/** The largest power of two below `n`, from 2 on (RFC 6962, section 2.1). */
function split(n: number): number {
  let k = 1;
  while (2 * k < n) k *= 2;
  return k;
}

/** Peaks by their definition: the roots of runs of leaves, as long as the powers of two that add up to their number. */
export function referencePeaks(leaves: readonly Uint8Array[], rootOf = referenceRoot): Uint8Array[] {
  if (leaves.length === 0) return [];
  let width = 1;
  while (2 * width <= leaves.length) width *= 2;
  return [rootOf(leaves.slice(0, width)), ...referencePeaks(leaves.slice(width), rootOf)];
}

/** The peaks after one more leaf. */
export function appendToPeaks(
  count: number,
  peaks: readonly Uint8Array[],
  leafHash: Uint8Array,
): Uint8Array[] {
  return grownPeaks(peaks, completedNodes(count, peaks, leafHash));
}

/** RFC 6962, section 2.1.2: PROOF(m, D[n]) between roots, written as it is there. */
export function referenceConsistency(
  m: number,
  leaves: readonly Uint8Array[],
  rootOf = referenceRoot,
): Uint8Array[] {
  const subproof = (size: number, part: readonly Uint8Array[], isWhole: boolean): Uint8Array[] => {
    if (size === part.length) return isWhole ? [] : [rootOf(part)];
    const k = split(part.length);
    return size <= k
      ? [...subproof(size, part.slice(0, k), isWhole), rootOf(part.slice(k))]
      : [...subproof(size - k, part.slice(k), false), rootOf(part.slice(0, k))];
  };
  return subproof(m, leaves, true);
}
