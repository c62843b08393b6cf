import { compareBytes, equalBytes, utf8 } from '../bytes/bytes.js';
import { MalformedError } from '../errors.js';
import { sha256 } from '../hash.js';
import { leafHash } from '../merkle/hashing.js';
import { MerkleTree } from '../merkle/tree.js';
import { verifyMultiproof } from '../merkle/verify.js';
import type { CheckingHeader } from './header.js';
import { decodePartLeaf, encodePartLeaf, partName, type PartLeaf } from './leaves.js';

/** Most parts that a header can count. */
const MAX_PARTS = 0xffff;

/** The tree of a header's parts. */
export interface CheckingBody {
  /** Root of the tree, 32 bytes; of no parts `H("")`. */
  readonly root: Uint8Array;
  /** Data of the leaves, in order. */
  readonly leaves: readonly Uint8Array[];
}

/**
 * That a header has a part of a domain, by its leaf, or none, by the leaves between which it would be: one of them at either
 * end, none in a header without parts.
 */
export interface PartProof {
  /** Place of the first leaf; 0 without leaves. */
  readonly index: number;
  /** Data of one or two leaves that follow each other. */
  readonly leaves: readonly Uint8Array[];
  /** The hashes of `MerkleTree.multiproof` for them, 32 bytes each. */
  readonly multiproof: readonly Uint8Array[];
}

/**
 * The tree over parts that rise by the bytes of their domains (docs/formats.md, Part leaf). Throws `BAD_PARTS` where they do
 * not, have wrong names, or are more than 65,535; `BAD_HASH_LENGTH`.
 */
export function bodyOf(parts: readonly PartLeaf[]): CheckingBody {
  const leaves = leavesOf(parts);
  return { root: new MerkleTree(leaves).root, leaves };
}

/** The proof of what header parts, as `bodyOf` takes them, say of `domain`. Throws as `bodyOf` does. */
export function provePart(parts: readonly PartLeaf[], domain: string): PartProof {
  const leaves = leavesOf(parts);
  const name = utf8(partName(domain));
  const at = parts.findIndex((part) => compareBytes(utf8(part.domain), name) >= 0);
  const next = at < 0 ? parts.length : at;
  const isThere = parts[next]?.domain === domain;
  const indices = (isThere ? [next] : [next - 1, next]).filter((i) => i >= 0 && i < parts.length);
  const multiproof = indices.length === 0 ? [] : new MerkleTree(leaves).multiproof(indices);
  const [index = 0] = indices;
  return { index, leaves: leaves.slice(index, index + indices.length), multiproof };
}

/**
 * The digest of `domain` that a trusted header has, 32 bytes; null where the proof shows that it has none. Everything in
 * `proof` is the prover's word. Throws `BAD_PART_PROOF` where the leaves shown say nothing of the domain, and the codes of
 * `decodePartLeaf` and `verifyMultiproof`.
 */
export function verifyPart(
  header: Pick<CheckingHeader, 'parts' | 'bodyRoot'>,
  domain: string,
  proof: PartProof,
): Uint8Array | null {
  const { index, leaves, multiproof } = proof;
  const { parts: size, bodyRoot: root } = header;
  if (leaves.length > 2) throw saysNothing(domain, 'shows more than two leaves');
  if (leaves.length === 0) {
    const isEmpty = size === 0 && index === 0 && multiproof.length === 0 && equalBytes(root, sha256());
    if (isEmpty) return null;
    throw saysNothing(domain, 'shows no leaf of a header that has parts');
  }
  const shown = leaves.map(decodePartLeaf);
  const indices = leaves.map((_, i) => index + i);
  verifyMultiproof({ size, indices, leafHashes: leaves.map(leafHash), proof: multiproof, root });
  const [first, second] = shown;
  const found = shown.length === 1 && first?.domain === domain ? first : null;
  if (found !== null) return found.hpart;
  const name = utf8(partName(domain));
  const isBelow = (leaf: PartLeaf): boolean => compareBytes(utf8(leaf.domain), name) < 0;
  const isAbove = (leaf: PartLeaf): boolean => compareBytes(utf8(leaf.domain), name) > 0;
  if (first !== undefined && second !== undefined) {
    if (isBelow(first) && isAbove(second)) return null;
  } else if (first !== undefined) {
    if (index === 0 && isAbove(first)) return null;
    if (index === size - 1 && isBelow(first)) return null;
  }
  throw saysNothing(domain, 'shows leaves between which the domain would not be');
}

function leavesOf(parts: readonly PartLeaf[]): Uint8Array[] {
  if (parts.length > MAX_PARTS) {
    throw new MalformedError('BAD_PARTS', `a checking header counts at most ${MAX_PARTS} parts`, {
      parts: parts.length,
    });
  }
  let before: Uint8Array | null = null;
  return parts.map((part) => {
    const name = utf8(part.domain);
    if (before !== null && compareBytes(before, name) >= 0) {
      throw new MalformedError('BAD_PARTS', 'parts do not rise by the bytes of their domains', {
        domain: part.domain,
      });
    }
    before = name;
    return encodePartLeaf(part);
  });
}

function saysNothing(domain: string, why: string): MalformedError {
  return new MalformedError('BAD_PART_PROOF', `the proof of a part ${why}`, { domain });
}
