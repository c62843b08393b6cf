import { MalformedError } from '../errors.js';
import { HASH_LENGTH } from '../hash.js';
import { checkIndices, multiproofPlaces, type NodePlace } from '../merkle/siblings.js';
import { rootFromMultiproof } from '../merkle/verify.js';
import { perfectPlaces, rootOfPeaks } from '../merkle/peaks.js';

/**
 * The hash of a perfect subtree, 32 bytes. It is asked for places alone whose leaves are all in the tree, so that an
 * answer never changes while the tree grows.
 */
export type PerfectNodes = (place: NodePlace) => Uint8Array;

/** A claim that leaves are in a tree of events. Everything but `count` is the prover's word. */
export interface PathClaim {
  /** Number of events of the tree, from its head. */
  readonly count: number;
  /** Places of the leaves, strictly increasing, each 0…count−1; may be empty. */
  readonly indices: readonly number[];
  /** Hash of each leaf, in the order of `indices`, 32 bytes each. */
  readonly leafHashes: readonly Uint8Array[];
  /** The path's bytes. */
  readonly path: Uint8Array;
}

/** Indices of the newest `most` (an integer from 0) of `count` events. */
export function newestIndices(count: number, most: number): number[] {
  const shown = Math.min(count, most);
  return Array.from({ length: shown }, (_, i) => count - shown + i);
}

/**
 * The path of the events at `indices` (strictly increasing, below `count`; may be empty): the hashes that, with
 * theirs, determine the root, none where all are shown (docs/formats.md, Event path). Asks for at most as many nodes as
 * the path has hashes, and 31 more. Throws `BAD_TREE_SIZE`, `BAD_LEAF_INDEX`.
 */
export function eventPath(count: number, indices: readonly number[], nodes: PerfectNodes): Uint8Array {
  if (indices.length === 0) return new Uint8Array();
  checkIndices(count, indices);
  const places = multiproofPlaces(count, indices);
  // Not `concat`, whose arguments have to fit the stack.
  const path = new Uint8Array(places.length * HASH_LENGTH);
  places.forEach((place, i) => path.set(nodeOf(count, place, nodes), i * HASH_LENGTH));
  return path;
}

/**
 * The root that a path leads to; null where it shows no event and so leads nowhere. It says nothing until it is compared
 * with that of the head (`rootOfPeaks`). Throws, before anything is hashed, `BAD_PROOF_LENGTH`, `BAD_TREE_SIZE`,
 * `BAD_LEAF_INDEX`, `BAD_LEAF_COUNT`, `BAD_HASH_LENGTH`.
 */
export function rootOfPath({ count, indices, leafHashes, path }: PathClaim): Uint8Array | null {
  const proof = hashesOf(path);
  if (indices.length > 0) return rootFromMultiproof({ size: count, indices, leafHashes, proof });
  if (proof.length > 0) {
    throw new MalformedError('BAD_PROOF_LENGTH', 'a path that shows no event must be empty', {
      wanted: 0,
      got: proof.length,
    });
  }
  return null;
}

/** The hashes that stand one after the other in `bytes`. Throws `BAD_PROOF_LENGTH`. */
export function hashesOf(bytes: Uint8Array): Uint8Array[] {
  if (bytes.length % HASH_LENGTH !== 0) {
    throw new MalformedError('BAD_PROOF_LENGTH', `a path must have ${HASH_LENGTH} bytes for each hash`, {
      length: bytes.length,
    });
  }
  return Array.from({ length: bytes.length / HASH_LENGTH }, (_, i) =>
    bytes.subarray(i * HASH_LENGTH, (i + 1) * HASH_LENGTH),
  );
}

/** At the right edge a node may be over fewer leaves than its level holds: the fold of the perfect ones there. */
function nodeOf(count: number, place: NodePlace, nodes: PerfectNodes): Uint8Array {
  const width = 2 ** place.level;
  const from = place.position * width;
  return from + width <= count ? nodes(place) : rootOfPeaks(perfectPlaces(from, count).map(nodes));
}
