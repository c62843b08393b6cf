import { leafHash, nodeHash } from '../hashing.js';
import { sha256 } from '../../hash.js';

/** RFC 6962, section 2.1, written as it is there: the largest power of two below n splits the leaves. */
export function referenceRoot(leaves: readonly Uint8Array[]): Uint8Array {
  const [first] = leaves;
  if (first === undefined) return sha256(new Uint8Array());
  if (leaves.length === 1) return leafHash(first);
  const k = split(leaves.length);
  return nodeHash(referenceRoot(leaves.slice(0, k)), referenceRoot(leaves.slice(k)));
}

/** `referenceRoot` for slices of one list of leaves, which their first leaf and their length tell apart: each is made once. */
export function rememberedRoots(): typeof referenceRoot {
  const known = new Map<Uint8Array | null, Uint8Array[]>();
  return (leaves) => {
    const roots = known.get(leaves[0] ?? null) ?? [];
    known.set(leaves[0] ?? null, roots);
    return (roots[leaves.length] ??= referenceRoot(leaves));
  };
}

/** RFC 6962, section 2.1.1: the audit path of leaf `m`. */
export function referencePath(
  m: number,
  leaves: readonly Uint8Array[],
  rootOf = referenceRoot,
): Uint8Array[] {
  if (leaves.length === 1) return [];
  const k = split(leaves.length);
  return m < k
    ? [...referencePath(m, leaves.slice(0, k), rootOf), rootOf(leaves.slice(k))]
    : [...referencePath(m - k, leaves.slice(k), rootOf), rootOf(leaves.slice(0, k))];
}

interface Subtree {
  readonly height: number;
  readonly from: number;
  readonly hash: Uint8Array;
}

/**
 * The multiproof by its definition: the largest subtrees without a proven leaf, whose sibling subtree
 * has one, ordered by the level at which they are used, then from the left.
 */
export function referenceMultiproof(
  indices: readonly number[],
  leaves: readonly Uint8Array[],
  rootOf = referenceRoot,
): Uint8Array[] {
  const subtrees: Subtree[] = [];
  const visit = (from: number, to: number): void => {
    const touched = (a: number, b: number): boolean => indices.some((index) => index >= a && index < b);
    if (to - from < 2 || !touched(from, to)) return;
    const middle = from + split(to - from);
    const height = Math.log2(split(to - from));
    for (const [a, b] of [
      [from, middle],
      [middle, to],
    ] as const) {
      if (touched(a, b)) visit(a, b);
      else subtrees.push({ height, from: a, hash: rootOf(leaves.slice(a, b)) });
    }
  };
  visit(0, leaves.length);
  return subtrees.sort((x, y) => x.height - y.height || x.from - y.from).map(({ hash }) => hash);
}

function split(n: number): number {
  let k = 1;
  while (2 * k < n) k *= 2;
  return k;
}
